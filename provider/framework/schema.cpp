#include "provider/framework/schema.h"

#include <algorithm>
#include <regex>

#include "engine/base/duration.h"

namespace microstack::terraform {
namespace {

void seal(std::vector<Attribute>& attributes);

Type object_of(const std::vector<Attribute>& attributes) {
  std::vector<Type::Attribute> types;
  for (const auto& attribute : attributes) types.push_back({attribute.name, attribute.type, false});
  return Type::object(std::move(types));
}

void seal(Attribute& attribute) {
  if (attribute.nesting == Nesting::none) return;
  seal(attribute.children);
  Type object = object_of(attribute.children);
  switch (attribute.nesting) {
    case Nesting::list:
      attribute.type = Type::list(object);
      break;
    case Nesting::set:
      attribute.type = Type::set(object);
      break;
    case Nesting::map:
      attribute.type = Type::map(object);
      break;
    default:
      attribute.type = object;
  }
}

void seal(std::vector<Attribute>& attributes) {
  for (auto& attribute : attributes) {
    if (attribute.block) {  // the block `timeouts` has a child for each operation with a limit
      const auto& limits = attribute.limits;
      attribute.children.clear();
      auto child = [&](const char* name, const std::optional<std::chrono::seconds>& limit, const char* what) {
        if (!limit) return;
        attribute.children.push_back(
            named(name, Type::string())
                .optional()
                .duration()
                .doc(std::string("How long ") + what + " may take, such as `1h30m`; " +
                     duration_text(static_cast<double>(limit->count())) + " where this is not set.")
                .attribute);
      };
      child("create", limits.create, "creating");
      child("read", limits.read, "reading");
      child("update", limits.update, "updating");
      child("delete", limits.remove, "deleting");
    }
    seal(attribute);
  }
  std::sort(attributes.begin(), attributes.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
}

std::string listed(const std::vector<std::string>& texts, const char* quote) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + (quote + text + quote);
  return out;
}

// A rule on single values holds for each element of a collection.
Rule on_elements(std::string doc, std::function<std::optional<std::string>(const Value&)> problem) {
  auto each = [problem](const Value& value) -> std::optional<std::string> {
    auto one = [&](const Value& v) { return v.is_known() ? problem(v) : std::nullopt; };
    switch (value.kind()) {
      case Value::Kind::list:
      case Value::Kind::set:
      case Value::Kind::tuple:
        for (const auto& item : value.items()) {
          if (auto wrong = one(item)) return "Each element " + *wrong;
        }
        return std::nullopt;
      case Value::Kind::map:
        for (const auto& member : value.members()) {
          if (auto wrong = one(member.value)) return "Each element " + *wrong;
        }
        return std::nullopt;
      default:
        if (auto wrong = problem(value)) return "It " + *wrong;
        return std::nullopt;
    }
  };
  return {std::move(doc), each};
}

}  // namespace

const Attribute* Schema::find(std::string_view name) const {
  for (const auto& attribute : attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

Schema sealed(Schema schema) {
  seal(schema.attributes);
  schema.type = object_of(schema.attributes);
  return schema;
}

Rule one_of_rule(std::vector<std::string> texts) {
  std::string doc = "One of " + listed(texts, "`") + ".";
  return on_elements(std::move(doc), [texts](const Value& v) -> std::optional<std::string> {
    if (v.kind() == Value::Kind::string &&
        std::find(texts.begin(), texts.end(), v.as_string()) != texts.end())
      return std::nullopt;
    return "must be one of " + listed(texts, "\"") + ".";
  });
}

Rule between_rule(std::optional<std::int64_t> least, std::optional<std::int64_t> most) {
  std::string range = least && most ? "between " + std::to_string(*least) + " and " + std::to_string(*most)
                      : least       ? "at least " + std::to_string(*least)
                                    : "at most " + std::to_string(most.value_or(INT64_MAX));
  std::string doc = range + ".";
  doc[0] = 'A' + (doc[0] - 'a');
  return on_elements(std::move(doc), [=](const Value& v) -> std::optional<std::string> {
    if (v.kind() == Value::Kind::number && (!least || v.as_number() >= Number(*least)) &&
        (!most || v.as_number() <= Number(*most))) {
      return std::nullopt;
    }
    return "must be " + range + ".";
  });
}

Rule matches_rule(const std::string& pattern, std::string meaning) {
  std::regex compiled(pattern);
  std::string doc = "Must be " + meaning + ".";
  return on_elements(std::move(doc), [compiled, meaning](const Value& v) -> std::optional<std::string> {
    // The library's matcher recurses with the text's length: texts beyond any name are refused before it sees
    // them.
    if (v.kind() == Value::Kind::string && v.as_string().size() <= 4096 &&
        std::regex_match(v.as_string(), compiled))
      return std::nullopt;
    return "must be " + meaning + ".";
  });
}

Rule length_rule(std::size_t shortest, std::size_t longest) {
  std::string range = std::to_string(shortest) + " to " + std::to_string(longest) + " bytes long";
  return on_elements("Must be " + range + ".", [=](const Value& v) -> std::optional<std::string> {
    if (v.kind() == Value::Kind::string && v.as_string().size() >= shortest &&
        v.as_string().size() <= longest)
      return std::nullopt;
    return "must be " + range + ".";
  });
}

Rule items_rule(std::size_t fewest, std::size_t most) {
  std::string range = std::to_string(fewest) + " to " + std::to_string(most) + " elements";
  return {"Must have " + range + ".", [=](const Value& v) -> std::optional<std::string> {
            std::size_t n = v.kind() == Value::Kind::map ? v.members().size() : v.items().size();
            if (n >= fewest && n <= most) return std::nullopt;
            return "It must have " + range + ".";
          }};
}

Rule duration_rule() {
  return on_elements("A duration such as `1h30m` or `45s`.",
                     [](const Value& v) -> std::optional<std::string> {
                       if (v.kind() == Value::Kind::string && parse_duration(v.as_string()))
                         return std::nullopt;
                       return "must be a duration such as \"1h30m\" or \"45s\".";
                     });
}

Named named(std::string name, Type type) {
  Named out;
  out.attribute.name = std::move(name);
  out.attribute.type = std::move(type);
  return out;
}

Named named(std::string name, Nesting nesting, std::vector<Attribute> children) {
  Named out;
  out.attribute.name = std::move(name);
  out.attribute.nesting = nesting;
  out.attribute.children = std::move(children);
  return out;
}

Named timeouts_block() {
  Named out;
  out.attribute.name = "timeouts";
  out.attribute.nesting = Nesting::single;
  out.attribute.block = out.attribute.optional = true;
  out.attribute.description = "How long operations may take.";
  return out;
}

}  // namespace microstack::terraform
