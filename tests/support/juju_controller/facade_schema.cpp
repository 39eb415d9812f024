#include "tests/support/juju_controller/facade_schema.h"

#include <fstream>
#include <stdexcept>

namespace microstack::testing {

namespace {

using Problems = std::vector<std::string>;

class Checker {
 public:
  Checker(const Json& definitions, Problems& problems) : definitions_(definitions), problems_(problems) {}

  void check(const Json& schema, const Json& value, const std::string& where) {
    if (value.is_null()) return;
    if (auto reference = schema.find("$ref"); reference != schema.end()) {
      auto name = reference->get<std::string>().substr(std::string("#/definitions/").size());
      if (name == "Number" && value.is_string()) return;  // version.Number writes itself as text
      if (!definitions_.contains(name)) return;
      return check(definitions_[name], value, where);
    }
    auto type = schema.value("type", std::string());
    if (type == "object") return check_object(schema, value, where);
    if (type == "array") return check_array(schema, value, where);
    bool fits = type == "string"    ? value.is_string()
                : type == "integer" ? value.is_number_integer()
                : type == "number"  ? value.is_number()
                : type == "boolean" ? value.is_boolean()
                                    : true;
    if (!fits) problems_.push_back(where + " is not of type " + type + ": " + value.dump());
  }

 private:
  void check_object(const Json& schema, const Json& value, const std::string& where) {
    if (schema.contains("patternProperties")) {
      if (!value.is_object()) return problem(where, "is not an object", value);
      const Json& each = schema["patternProperties"].begin().value();
      // "any" is written as an object that may have anything.
      if (each.value("additionalProperties", Json(false)) == Json(true)) return;
      for (const auto& [key, item] : value.items()) check(each, item, where + "." + key);
      return;
    }
    if (!schema.contains("properties")) return;  // anything
    if (!value.is_object()) return problem(where, "is not an object", value);
    const Json& properties = schema["properties"];
    for (const auto& [key, item] : value.items()) {
      if (properties.contains(key)) {
        check(properties[key], item, where + "." + key);
      } else if (schema.value("additionalProperties", Json(false)) != Json(true)) {
        problems_.push_back(where + " has the unknown field " + key);
      }
    }
    for (const auto& key : schema.value("required", Json::array())) {
      auto name = key.get<std::string>();
      if (!value.contains(name) && !is_embedded(properties, name)) {
        problems_.push_back(where + " lacks the field " + name);
      }
    }
  }

  void check_array(const Json& schema, const Json& value, const std::string& where) {
    const Json& each = schema["items"];
    bool bytes = each.value("type", std::string()) == "integer" && value.is_string();
    if (bytes) return;
    if (!value.is_array()) return problem(where, "is not a list", value);
    for (std::size_t i = 0; i < value.size(); ++i)
      check(each, value[i], where + "[" + std::to_string(i) + "]");
  }

  // An embedded struct is listed by its type's name, and its fields besides.
  static bool is_embedded(const Json& properties, const std::string& name) {
    return properties.contains(name) &&
           properties[name].value("$ref", std::string()) == "#/definitions/" + name;
  }

  void problem(const std::string& where, const std::string& what, const Json& value) {
    problems_.push_back(where + " " + what + ": " + value.dump().substr(0, 200));
  }

  const Json& definitions_;
  Problems& problems_;
};

}  // namespace

FacadeSchema FacadeSchema::load(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  FacadeSchema schema;
  for (auto& facade : Json::parse(file)) schema.facades_[facade.at("name").get<std::string>()] = facade;
  return schema;
}

bool FacadeSchema::knows(const std::string& facade, const std::string& method) const {
  return knows(facade) && facades_.at(facade)["methods"].contains(method);
}

std::vector<std::string> FacadeSchema::facades() const {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : facades_) names.push_back(name);
  return names;
}

std::vector<std::string> FacadeSchema::check_request(const std::string& facade, const std::string& method,
                                                     const Json& params) const {
  Problems problems;
  const Json& schema = facades_.at(facade)["methods"].at(method);
  if (schema.contains("Params")) {
    Checker(facades_.at(facade)["definitions"], problems)
        .check(schema["Params"], params, facade + "." + method);
  }
  return problems;
}

std::vector<std::string> FacadeSchema::check_answer(const std::string& facade, const std::string& method,
                                                    const Json& answer) const {
  Problems problems;
  const Json& schema = facades_.at(facade)["methods"].at(method);
  if (schema.contains("Result")) {
    Checker(facades_.at(facade)["definitions"], problems)
        .check(schema["Result"], answer, facade + "." + method);
  } else if (!answer.empty()) {
    problems.push_back(facade + "." + method + " answers, though it has no result: " + answer.dump());
  }
  return problems;
}

}  // namespace microstack::testing
