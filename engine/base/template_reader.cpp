#include "engine/base/template_reader.h"

#include <fmt/format.h>

#include <algorithm>

namespace microstack::jinja {
namespace {

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
    MS_TRY(auto expression, read_expression(words, secrets_));
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

}  // namespace

Result<Nodes> read_template(std::string_view text, const std::string& name, std::set<std::string>& secrets) {
  return TemplateReader(text, name, secrets).read();
}

}  // namespace microstack::jinja
