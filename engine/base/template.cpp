#include "engine/base/template.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

namespace microstack {

namespace {

// --- the tree
// ----------------------------------------------------------------------------------------------------------
struct Expression {
  enum class Kind { literal, path, secret, negation, equal, unequal, both, either };
  Kind kind = Kind::literal;
  Json literal;
  std::vector<Json> path;  // names and indices; the first is a name
  std::string secret;
  std::vector<Expression> operands;

  std::string text() const {
    std::string out;
    for (const auto& part : path)
      out += part.is_number() ? fmt::format("[{}]", part.dump())
             : out.empty()    ? part.get<std::string>()
             : part.get_ref<const std::string&>().find_first_of(" -./") != std::string::npos
                 ? fmt::format("[{}]", part.dump())
                 : '.' + part.get<std::string>();
    return out;
  }
};

struct Node;
using Nodes = std::vector<Node>;

struct Branch {
  Expression condition;  // a literal true for else
  int line = 0;
  Nodes body;
};

struct Node {
  enum class Kind { text, value, choice, loop };
  Kind kind = Kind::text;
  int line = 0;
  std::string text;              // of text; the variable of a loop
  Expression expression;         // of value; the list of a loop
  std::vector<Branch> branches;  // of choice
  Nodes body;                    // of loop
};

// --- reading expressions
// -----------------------------------------------------------------------------------------------
struct Token {
  enum class Kind { end, name, text, number, sign };
  Kind kind = Kind::end;
  std::string text;
};

class Words {
 public:
  Words(std::string_view text, std::string where) : where_(std::move(where)) {
    while (true) {
      auto token = next(text);
      if (!token) break;
      tokens_.push_back(std::move(*token));
      if (tokens_.back().kind == Token::Kind::end) break;
    }
  }

  const Token& peek() const { return tokens_[at_]; }
  Token take() { return tokens_[at_].kind == Token::Kind::end ? tokens_[at_] : tokens_[at_++]; }
  bool take(std::string_view text) {
    if (peek().kind != Token::Kind::name && peek().kind != Token::Kind::sign) return false;
    if (peek().text != text) return false;
    ++at_;
    return true;
  }
  bool ended() const { return peek().kind == Token::Kind::end; }
  bool faulty() const { return !error_.empty(); }  // a character or text that is no word
  Error wrong(const std::string& wanted) const {
    if (!error_.empty()) return ask(error_, where_);
    return ask(ended() ? fmt::format("{} is missing", wanted)
                       : fmt::format("expected {}, found {}", wanted, peek().text),
               where_);
  }

 private:
  std::optional<Token> next(std::string_view& text) {
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
  std::optional<Token> bad(std::string what) {
    error_ = std::move(what);
    return Token{};
  }

  std::string where_;
  std::string error_;
  std::vector<Token> tokens_;
  std::size_t at_ = 0;
};

bool is_keyword(const std::string& name) {
  static constexpr std::string_view words[] = {"and", "or", "not", "in", "is", "if", "else"};
  return std::find(std::begin(words), std::end(words), name) != std::end(words);
}

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

// --- reading templates
// -------------------------------------------------------------------------------------------------
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
bool is_space(char c) {
  return is_blank(c) || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

// One piece of the source: plain text, or what stands between the brackets of a tag.
struct Piece {
  enum class Kind { text, value, tag };
  Kind kind;
  std::string text;
  int line;
};

class TemplateReader {
 public:
  TemplateReader(std::string_view text, std::string name, std::set<std::string>& secrets)
      : name_(std::move(name)), secrets_(secrets), rest_(text) {}

  Result<Nodes> read() {
    MS_CHECK(cut());
    MS_TRY(auto nodes, block({}));
    return nodes;
  }

 private:
  std::string where(int line) const { return fmt::format("{}:{}", name_, line); }

  // Cuts the source into pieces and applies the whitespace rules, which are those of Jinja2's lexer: a tag or
  // comment alone before it on its line takes the blanks before it; the newline right after a tag or comment
  // goes; a '-' takes all space.
  Status cut() {
    bool line_starting = true;  // the piece before ended with a newline
    while (!rest_.empty()) {
      const auto open = find_open();
      std::string text(rest_.substr(0, open));
      const int text_line = line_;
      line_ += static_cast<int>(std::count(text.begin(), text.end(), '\n'));
      if (open == std::string_view::npos) {
        pieces_.push_back({Piece::Kind::text, std::move(text), text_line});
        return {};
      }
      const char kind = rest_[open + 1];
      rest_.remove_prefix(open + 2);
      if (!rest_.empty() && rest_[0] == '-') {
        rest_.remove_prefix(1);
        while (!text.empty() && is_space(text.back())) text.pop_back();
      } else if (kind != '{') {
        strip_line_start(text, line_starting);
      }
      if (!text.empty()) pieces_.push_back({Piece::Kind::text, std::move(text), text_line});
      MS_TRY(line_starting, close(kind));
    }
    return {};
  }

  std::size_t find_open() const {
    for (std::size_t at = rest_.find('{'); at != std::string_view::npos; at = rest_.find('{', at + 1))
      if (at + 1 < rest_.size() && (rest_[at + 1] == '{' || rest_[at + 1] == '%' || rest_[at + 1] == '#'))
        return at;
    return std::string_view::npos;
  }

  static void strip_line_start(std::string& text, bool line_starting) {
    const auto newline = text.rfind('\n');
    if (newline == std::string::npos && !line_starting) return;
    const std::size_t start = newline == std::string::npos ? 0 : newline + 1;
    if (text.find_first_not_of(" \t", start) == std::string::npos) text.resize(start);
  }

  // Takes the inside of a tag up to its closing bracket, and the whitespace after it that goes with it. True:
  // a newline went.
  Result<bool> close(char kind) {
    const int line = line_;
    const char* bracket = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
    std::size_t end = 0;
    for (char quote = 0;; ++end) {
      if (end + 1 >= rest_.size())
        return ask(fmt::format("{} is not closed with {}",
                               kind == '{'   ? "a value"
                               : kind == '%' ? "a tag"
                                             : "a comment",
                               bracket),
                   where(line));
      const char c = rest_[end];
      if (kind != '#' && quote == 0 && (c == '"' || c == '\''))
        quote = c;
      else if (c == quote)
        quote = 0;
      else if (quote == 0 && rest_.substr(end, 2) == bracket)
        break;
    }
    std::string inside(rest_.substr(0, end));
    line_ += static_cast<int>(std::count(inside.begin(), inside.end(), '\n'));
    rest_.remove_prefix(end + 2);
    std::size_t taken = 0;
    if (!inside.empty() && inside.back() == '-') {
      inside.pop_back();
      while (taken < rest_.size() && is_space(rest_[taken])) ++taken;
    } else if (kind != '{' && !rest_.empty() && rest_[0] == '\n') {
      taken = 1;
    }
    const bool newline = taken > 0 && rest_[taken - 1] == '\n';
    line_ +=
        static_cast<int>(std::count(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(taken), '\n'));
    rest_.remove_prefix(taken);
    if (kind == '{') pieces_.push_back({Piece::Kind::value, std::move(inside), line});
    if (kind == '%') pieces_.push_back({Piece::Kind::tag, std::move(inside), line});
    return newline;
  }

  // Reads nodes up to a tag whose first word is one of `ends` (left for the caller), or to the end of the
  // source.
  Result<Nodes> block(const std::vector<std::string>& ends) {
    Nodes nodes;
    for (; at_ < pieces_.size(); ++at_) {
      const auto& piece = pieces_[at_];
      if (piece.kind == Piece::Kind::text) {
        nodes.push_back({Node::Kind::text, piece.line, piece.text, {}, {}, {}});
        continue;
      }
      Words words(piece.text, where(piece.line));
      if (piece.kind == Piece::Kind::value) {
        MS_TRY(auto expression, whole(words));
        nodes.push_back({Node::Kind::value, piece.line, {}, std::move(expression), {}, {}});
        continue;
      }
      const auto word = words.peek().text;
      if (std::find(ends.begin(), ends.end(), word) != ends.end()) return nodes;
      if (++depth_ > 100) return ask("tags are nested deeper than 100 levels", where(piece.line));
      if (word == "if") {
        MS_TRY(auto node, choice());
        nodes.push_back(std::move(node));
      } else if (word == "for") {
        MS_TRY(auto node, loop());
        nodes.push_back(std::move(node));
      } else {
        return ask(ends.empty() || word.rfind("e", 0) != 0
                       ? fmt::format("the tag \"{}\" is not known here", word)
                       : fmt::format("\"{}\" where one of {} should be", word, fmt::join(ends, ", ")),
                   where(piece.line), "tags are if, elif, else, endif, for, endfor");
      }
      --depth_;
    }
    if (!ends.empty()) return ask(fmt::format("{} is missing at the end", ends.back()), where(line_));
    return nodes;
  }

  Result<Node> choice() {
    Node node{Node::Kind::choice, pieces_[at_].line, {}, {}, {}, {}};
    while (true) {
      const int line = pieces_[at_].line;
      Words words(pieces_[at_++].text, where(line));
      const auto word = words.take().text;
      if (word == "endif") {
        --at_;  // the caller's loop steps over it
        MS_CHECK(nothing_more(words));
        return node;
      }
      Branch branch{{Expression::Kind::literal, true, {}, {}, {}}, line, {}};
      if (word == "else") {
        MS_CHECK(nothing_more(words));
      } else {
        MS_TRY(branch.condition, whole(words));
      }
      MS_TRY(branch.body, block(word == "else" ? std::vector<std::string>{"endif"}
                                               : std::vector<std::string>{"elif", "else", "endif"}));
      node.branches.push_back(std::move(branch));
    }
  }

  Result<Node> loop() {
    Node node{Node::Kind::loop, pieces_[at_].line, {}, {}, {}, {}};
    Words words(pieces_[at_].text, where(node.line));
    words.take();
    if (words.peek().kind != Token::Kind::name || is_keyword(words.peek().text) ||
        words.peek().text == "loop")
      return words.wrong("a name after \"for\"");
    node.text = words.take().text;
    if (!words.take("in")) return words.wrong("\"in\"");
    MS_TRY(node.expression, whole(words));
    ++at_;
    MS_TRY(node.body, block({"endfor"}));
    Words end(pieces_[at_].text, where(pieces_[at_].line));
    end.take();
    MS_CHECK(nothing_more(end));
    return node;
  }

  Result<Expression> whole(Words& words) {
    if (words.peek().kind == Token::Kind::name && (words.peek().text == "if" || words.peek().text == "elif"))
      words.take();
    MS_TRY(auto expression, ExpressionReader(words, secrets_).either());
    MS_CHECK(nothing_more(words));
    return expression;
  }

  static Status nothing_more(const Words& words) {
    if (!words.ended() || words.faulty()) return words.wrong("the end of the tag");
    return {};
  }

  std::string name_;
  std::set<std::string>& secrets_;
  std::string_view rest_;
  int line_ = 1;
  int depth_ = 0;
  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
};

// --- rendering
// ---------------------------------------------------------------------------------------------------------
bool is_true(const Json& value) {
  if (value.is_null()) return false;
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_number()) return value.get<double>() != 0;
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  return !value.empty();
}

class Renderer {
 public:
  Renderer(const std::string& name, const Json& facts, const SecretText& secret)
      : name_(name), secret_(secret), scopes_{&facts} {}

  Result<std::string> all(const Nodes& nodes) {
    MS_CHECK(write(nodes));
    return std::move(out_);
  }

  Result<Json> value(const Expression& e, int line) {
    switch (e.kind) {
      case Expression::Kind::literal:
        return e.literal;
      case Expression::Kind::path: {
        MS_TRY(const Json* found, find(e, line));
        return *found;
      }
      case Expression::Kind::secret: {
        MS_TRY(auto text, with_line(secret_(e.secret), line));
        return Json(std::move(text));
      }
      case Expression::Kind::negation: {
        MS_TRY(auto inner, value(e.operands[0], line));
        return Json(!is_true(inner));
      }
      case Expression::Kind::equal:
      case Expression::Kind::unequal: {
        MS_TRY(auto left, value(e.operands[0], line));
        MS_TRY(auto right, value(e.operands[1], line));
        return Json((left == right) == (e.kind == Expression::Kind::equal));
      }
      case Expression::Kind::both:
      case Expression::Kind::either: {
        MS_TRY(auto left, value(e.operands[0], line));
        if (is_true(left) == (e.kind == Expression::Kind::either)) return left;
        return value(e.operands[1], line);
      }
    }
    return Json();
  }

 private:
  std::string where(int line) const { return fmt::format("{}:{}", name_, line); }

  template <class T>
  Result<T> with_line(Result<T> result, int line) const {
    if (!result && result.error().where.empty()) result.error().where = where(line);
    return result;
  }

  Result<const Json*> find(const Expression& e, int line) const {
    const auto& first = e.path[0].get_ref<const std::string&>();
    const Json* here = nullptr;
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend() && !here; ++scope)
      if (const auto found = (*scope)->find(first); (*scope)->is_object() && found != (*scope)->end())
        here = &*found;
    for (std::size_t i = 1; here && i < e.path.size(); ++i) {
      const auto& part = e.path[i];
      if (here->is_object() && part.is_string()) {
        const auto found = here->find(part.get_ref<const std::string&>());
        here = found == here->end() ? nullptr : &*found;
      } else if (here->is_array() && part.is_number() && part.get<std::size_t>() < here->size()) {
        here = &(*here)[part.get<std::size_t>()];
      } else {
        here = nullptr;
      }
    }
    if (!here)
      return ask(fmt::format("there is no value {}", e.text()), where(line),
                 "correct the name, or add the value to the facts");
    return here;
  }

  Status write(const Nodes& nodes) {
    for (const auto& node : nodes) MS_CHECK(write(node));
    return {};
  }

  Status write(const Node& node) {
    switch (node.kind) {
      case Node::Kind::text:
        out_ += node.text;
        return {};
      case Node::Kind::value:
        return write_value(node);
      case Node::Kind::choice:
        for (const auto& branch : node.branches) {
          MS_TRY(auto condition, value(branch.condition, branch.line));
          if (is_true(condition)) return write(branch.body);
        }
        return {};
      case Node::Kind::loop:
        return write_loop(node);
    }
    return {};
  }

  Status write_value(const Node& node) {
    MS_TRY(auto json, value(node.expression, node.line));
    if (json.is_string())
      out_ += json.get_ref<const std::string&>();
    else if (json.is_boolean())
      out_ += json.get<bool>() ? "True" : "False";
    else if (json.is_number())
      out_ += json.dump();
    else
      return ask(fmt::format("{} is {}, which has no text", node.expression.text(), json.type_name()),
                 where(node.line));
    return {};
  }

  Status write_loop(const Node& node) {
    MS_TRY(const auto list, value(node.expression, node.line));
    if (!list.is_array())
      return ask(fmt::format("{} is {}, not a list", node.expression.text(), list.type_name()),
                 where(node.line));
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Json scope{{node.text, list[i]},
                       {"loop",
                        {{"index", i + 1},
                         {"index0", i},
                         {"first", i == 0},
                         {"last", i + 1 == list.size()},
                         {"length", list.size()}}}};
      scopes_.push_back(&scope);
      auto status = write(node.body);
      scopes_.pop_back();
      MS_CHECK(std::move(status));
    }
    return {};
  }

  const std::string& name_;
  const SecretText& secret_;
  std::vector<const Json*> scopes_;
  std::string out_;
};

}  // namespace

struct Template::State {
  std::string name;
  Nodes nodes;
  std::set<std::string> secrets;
};

Template::Template(std::unique_ptr<State> state) : state_(std::move(state)) {}
Template::Template(Template&&) noexcept = default;
Template& Template::operator=(Template&&) noexcept = default;
Template::~Template() = default;

Result<Template> Template::parse(const std::string& text, const std::string& name) {
  auto state = std::make_unique<State>();
  state->name = name;
  MS_TRY(state->nodes, TemplateReader(text, name, state->secrets).read());
  return Template(std::move(state));
}

Result<std::string> Template::render(const Json& facts, const SecretText& secret) const {
  return Renderer(state_->name, facts, secret).all(state_->nodes);
}

const std::set<std::string>& Template::secrets() const {
  return state_->secrets;
}

Result<std::string> render(const std::string& text, const std::string& name, const Json& facts,
                           const SecretText& secret) {
  MS_TRY(const auto parsed, Template::parse(text, name));
  return parsed.render(facts, secret);
}

Result<bool> holds(const std::string& condition, const std::string& name, const Json& facts) {
  std::set<std::string> secrets;
  Words words(condition, name);
  MS_TRY(const auto expression, ExpressionReader(words, secrets).either());
  if (!words.ended() || words.faulty()) return words.wrong("the end of the condition");
  MS_TRY(const auto value, Renderer(name, facts, secret_names()).value(expression, 1));
  return is_true(value);
}

SecretText secret_names() {
  return [](const std::string& name) -> Result<std::string> { return "secret:" + name; };
}

}  // namespace microstack
