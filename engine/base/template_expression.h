// What stands between the brackets of a template's tags: its words, and the expressions they make.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack::jinja {

struct Expression {
  enum class Kind { literal, path, secret, negation, equal, unequal, both, either };
  Kind kind = Kind::literal;
  Json literal;
  std::vector<Json> path;  // names and indices; the first is a name
  std::string secret;
  std::vector<Expression> operands;

  std::string text() const;  // of a path, as it was written
};

struct Token {
  enum class Kind { end, name, text, number, sign };
  Kind kind = Kind::end;
  std::string text;
};

// The words of one tag, taken one after the other.
class Words {
 public:
  Words(std::string_view text, std::string where);

  const Token& peek() const { return tokens_[at_]; }
  Token take() { return tokens_[at_].kind == Token::Kind::end ? tokens_[at_] : tokens_[at_++]; }
  bool take(std::string_view text);
  bool ended() const { return peek().kind == Token::Kind::end; }
  bool faulty() const { return !error_.empty(); }  // a character or text that is no word
  Error wrong(const std::string& wanted) const;

 private:
  Token next(std::string_view& text);
  Token bad(std::string what);

  std::string where_;
  std::string error_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

bool is_keyword(const std::string& name);

// Reads one expression and leaves what follows it; the names of its secrets are added to `secrets`.
Result<Expression> read_expression(Words& words, std::set<std::string>& secrets);

}  // namespace microstack::jinja
