#include "engine/base/template_expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace microstack::jinja {

std::string Expression::text() const {
  std::string out;
  for (const auto& part : path)
    out += part.is_number() ? fmt::format("[{}]", part.dump())
           : out.empty()    ? part.get<std::string>()
           : part.get_ref<const std::string&>().find_first_of(" -./") != std::string::npos
               ? fmt::format("[{}]", part.dump())
               : '.' + part.get<std::string>();
  return out;
}

Words::Words(std::string_view text, std::string where) : where_(std::move(where)) {
  do tokens_.push_back(next(text));
  while (tokens_.back().kind != Token::Kind::end);
}

bool Words::take(std::string_view text) {
  if (peek().kind != Token::Kind::name && peek().kind != Token::Kind::sign) return false;
  if (peek().text != text) return false;
  ++at_;
  return true;
}

Error Words::wrong(const std::string& wanted) const {
  if (!error_.empty()) return ask(error_, where_);
  return ask(ended() ? fmt::format("{} is missing", wanted)
                     : fmt::format("expected {}, found {}", wanted, peek().text),
             where_);
}

Token Words::next(std::string_view& text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  if (start == std::string_view::npos) return Token{};
  text.remove_prefix(start);
  const auto c = static_cast<unsigned char>(text[0]);
  if (c == '"' || c == '\'') {
    const auto end = text.find(text[0], 1);
    const auto inner = text.substr(1, end == std::string_view::npos ? end : end - 1);
    if (end == std::string_view::npos || inner.find('\\') != std::string_view::npos)
      return bad("a text without its closing quote, or with a backslash");
    Token token{Token::Kind::text, std::string(inner)};
    text.remove_prefix(end + 1);
    return token;
  }
  std::size_t length = 1;
  Token::Kind kind = Token::Kind::sign;
  if (std::isalpha(c) || c == '_') {
    kind = Token::Kind::name;
    while (length < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[length])) || text[length] == '_'))
      ++length;
  } else if (std::isdigit(c)) {
    kind = Token::Kind::number;
    while (length < text.size() && std::isdigit(static_cast<unsigned char>(text[length]))) ++length;
    if (length > 9) return bad("a number too long to be meant");
  } else if (text.substr(0, 2) == "==" || text.substr(0, 2) == "!=") {
    length = 2;
  } else if (c != '.' && c != '[' && c != ']' && c != '(' && c != ')') {
    return bad(fmt::format("\"{}\" has no meaning here", text[0]));
  }
  Token token{kind, std::string(text.substr(0, length))};
  text.remove_prefix(length);
  return token;
}

// The tokens end before the fault; wrong() then tells of it instead.
Token Words::bad(std::string what) {
  error_ = std::move(what);
  return {};
}

bool is_keyword(const std::string& name) {
  static constexpr std::string_view words[] = {"and", "or", "not", "in", "is", "if", "else"};
  return std::find(std::begin(words), std::end(words), name) != std::end(words);
}

namespace {

// either := both ("or" both)* ; both := negation ("and" negation)* ; negation := "not" negation | comparison
// comparison := operand (("==" | "!=") operand)? ; operand := literal | path | secret | "(" either ")"
class ExpressionReader {
 public:
  ExpressionReader(Words& words, std::set<std::string>& secrets) : words_(words), secrets_(secrets) {}

  Result<Expression> either() { return chain("or", Expression::Kind::either, &ExpressionReader::both); }

 private:
  using Rule = Result<Expression> (ExpressionReader::*)();

  Result<Expression> chain(std::string_view word, Expression::Kind kind, Rule inner) {
    MS_TRY(auto left, (this->*inner)());
    while (words_.take(word)) {
      MS_TRY(auto right, (this->*inner)());
      left = Expression{kind, {}, {}, {}, {std::move(left), std::move(right)}};
    }
    return left;
  }

  Result<Expression> both() { return chain("and", Expression::Kind::both, &ExpressionReader::negation); }

  Result<Expression> negation() {
    if (!words_.take("not")) return comparison();
    MS_TRY(auto inner, negation());
    return Expression{Expression::Kind::negation, {}, {}, {}, {std::move(inner)}};
  }

  Result<Expression> comparison() {
    MS_TRY(auto left, operand());
    const bool equal = words_.take("==");
    if (!equal && !words_.take("!=")) return left;
    MS_TRY(auto right, operand());
    return Expression{equal ? Expression::Kind::equal : Expression::Kind::unequal,
                      {},
                      {},
                      {},
                      {std::move(left), std::move(right)}};
  }

  Result<Expression> operand() {
    const auto& token = words_.peek();
    if (words_.take("(")) {
      MS_TRY(auto inner, either());
      if (!words_.take(")")) return words_.wrong("a closing parenthesis");
      return inner;
    }
    if (token.kind == Token::Kind::text) return literal(words_.take().text);
    if (token.kind == Token::Kind::number) return literal(std::stoi(words_.take().text));
    if (token.kind != Token::Kind::name || is_keyword(token.text)) return words_.wrong("a value");
    const auto name = words_.take().text;
    if (name == "true" || name == "True") return literal(true);
    if (name == "false" || name == "False") return literal(false);
    if (name == "secret" && words_.peek().kind == Token::Kind::text) {
      Expression expression{Expression::Kind::secret, {}, {}, words_.take().text, {}};
      secrets_.insert(expression.secret);
      return expression;
    }
    return path(name);
  }

  Result<Expression> path(std::string name) {
    Expression expression{Expression::Kind::path, {}, {std::move(name)}, {}, {}};
    while (true) {
      if (words_.take(".")) {
        if (words_.peek().kind != Token::Kind::name) return words_.wrong("a name after the dot");
        expression.path.emplace_back(words_.take().text);
      } else if (words_.take("[")) {
        const auto token = words_.take();
        if (token.kind == Token::Kind::text)
          expression.path.emplace_back(token.text);
        else if (token.kind == Token::Kind::number)
          expression.path.emplace_back(std::stoi(token.text));
        else
          return words_.wrong("a quoted name or a number in brackets");
        if (!words_.take("]")) return words_.wrong("a closing bracket");
      } else {
        return expression;
      }
    }
  }

  static Expression literal(Json value) { return {Expression::Kind::literal, std::move(value), {}, {}, {}}; }

  Words& words_;
  std::set<std::string>& secrets_;
};

}  // namespace

Result<Expression> read_expression(Words& words, std::set<std::string>& secrets) {
  return ExpressionReader(words, secrets).either();
}

}  // namespace microstack::jinja
