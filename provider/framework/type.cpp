#include "provider/framework/type.h"

#include <algorithm>

#include "engine/base/json.h"

namespace microstack::terraform {

struct Type::Node {
  std::vector<Type> elements;
  std::vector<Attribute> attributes;
};

namespace {

constexpr int deepest = 100;
constexpr std::string_view names[] = {"string", "number", "bool",   "dynamic", "list",
                                      "set",    "map",    "object", "tuple"};

Json to_json(const Type& type) {
  const std::string name(names[static_cast<int>(type.kind())]);
  switch (type.kind()) {
    case Type::Kind::string:
    case Type::Kind::number:
    case Type::Kind::boolean:
    case Type::Kind::dynamic:
      return name;
    case Type::Kind::list:
    case Type::Kind::set:
    case Type::Kind::map:
      return Json::array({name, to_json(type.element())});
    case Type::Kind::tuple: {
      Json elements = Json::array();
      for (const auto& element : type.elements()) elements.push_back(to_json(element));
      return Json::array({name, std::move(elements)});
    }
    case Type::Kind::object: {
      Json attributes = Json::object(), optional = Json::array();
      for (const auto& attribute : type.attributes()) {
        attributes[attribute.name] = to_json(attribute.type);
        if (attribute.optional) optional.push_back(attribute.name);
      }
      Json out = Json::array({name, std::move(attributes)});
      if (!optional.empty()) out.push_back(std::move(optional));
      return out;
    }
  }
  return nullptr;
}

Result<Type> from_json(const Json& json, int depth) {
  auto invalid = [&] {
    return give_up("not a type: " + json.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80));
  };
  if (depth > deepest)
    return give_up("a type is nested more than " + std::to_string(deepest) + " levels deep");
  if (json.is_string()) {
    const auto& name = json.get_ref<const std::string&>();
    if (name == "string") return Type::string();
    if (name == "number") return Type::number();
    if (name == "bool") return Type::boolean();
    if (name == "dynamic") return Type::dynamic();
    return invalid();
  }
  if (!json.is_array() || json.size() < 2 || !json[0].is_string()) return invalid();
  const auto& name = json[0].get_ref<const std::string&>();
  if (name == "list" || name == "set" || name == "map") {
    MS_TRY(auto element, from_json(json[1], depth + 1));
    return name == "list" ? Type::list(element) : name == "set" ? Type::set(element) : Type::map(element);
  }
  if (name == "tuple" && json[1].is_array()) {
    std::vector<Type> elements;
    for (const auto& item : json[1]) {
      MS_TRY(auto element, from_json(item, depth + 1));
      elements.push_back(std::move(element));
    }
    return Type::tuple(std::move(elements));
  }
  if (name == "object" && json[1].is_object()) {
    std::vector<Type::Attribute> attributes;
    for (const auto& [key, item] : json[1].items()) {
      MS_TRY(auto type, from_json(item, depth + 1));
      bool optional =
          json.size() > 2 && std::find(json[2].begin(), json[2].end(), Json(key)) != json[2].end();
      attributes.push_back({key, std::move(type), optional});
    }
    return Type::object(std::move(attributes));
  }
  return invalid();
}

}  // namespace

Type::Type(Kind kind, Node node) : kind_(kind), node_(std::make_shared<const Node>(std::move(node))) {}

Type Type::list(Type element) {
  return Type(Kind::list, Node{{std::move(element)}, {}});
}
Type Type::set(Type element) {
  return Type(Kind::set, Node{{std::move(element)}, {}});
}
Type Type::map(Type element) {
  return Type(Kind::map, Node{{std::move(element)}, {}});
}
Type Type::tuple(std::vector<Type> elements) {
  return Type(Kind::tuple, Node{std::move(elements), {}});
}
Type Type::object(std::vector<Attribute> attributes) {
  std::sort(attributes.begin(), attributes.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return Type(Kind::object, Node{{}, std::move(attributes)});
}

const Type& Type::element() const {
  return node_->elements.front();
}
const std::vector<Type>& Type::elements() const {
  return node_->elements;
}
const std::vector<Type::Attribute>& Type::attributes() const {
  return node_->attributes;
}

bool Type::has_dynamic() const {
  if (kind_ == Kind::dynamic) return true;
  if (!node_) return false;
  return std::any_of(node_->elements.begin(), node_->elements.end(),
                     [](const Type& t) { return t.has_dynamic(); }) ||
         std::any_of(node_->attributes.begin(), node_->attributes.end(),
                     [](const Attribute& a) { return a.type.has_dynamic(); });
}

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_) return false;
  if (node_ == other.node_) return true;
  return node_->elements == other.node_->elements && node_->attributes == other.node_->attributes;
}

std::string Type::json() const {
  return to_json(*this).dump();
}

Result<Type> Type::parse(std::string_view json) {
  Json tree = Json::parse(json, nullptr, false);
  if (tree.is_discarded()) return give_up("a type is not JSON: " + std::string(json.substr(0, 80)));
  return from_json(tree, 0);
}

}  // namespace microstack::terraform
