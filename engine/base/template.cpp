#include "engine/base/template.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "engine/base/template_reader.h"

namespace microstack {

using namespace jinja;

namespace {

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
  MS_TRY(state->nodes, read_template(text, name, state->secrets));
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
  MS_TRY(const auto expression, read_expression(words, secrets));
  if (!words.ended() || words.faulty()) return words.wrong("the end of the condition");
  MS_TRY(const auto value, Renderer(name, facts, secret_names()).value(expression, 1));
  return is_true(value);
}

SecretText secret_names() {
  return [](const std::string& name) -> Result<std::string> { return "secret:" + name; };
}

}  // namespace microstack
