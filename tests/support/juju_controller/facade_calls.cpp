#include "tests/support/juju_controller/facade_calls.h"

namespace microstack::testing {

Json error_json(const ApiError& error) {
  return {{"message", error.what()}, {"code", error.code}};
}

Json bulk(const Json& args, const std::function<Json(const Json&)>& each, const char* key) {
  Json results = Json::array();
  for (const auto& arg : args) {
    try {
      results.push_back(each(arg));
    } catch (const ApiError& error) {
      results.push_back({{"error", error_json(error)}});
    }
  }
  return {{key, results}};
}

std::string untagged(const Json& tag, const std::string& kind) {
  auto text = tag.get<std::string>();
  if (text.rfind(kind + "-", 0) != 0) throw ApiError("\"" + text + "\" is not a valid " + kind + " tag");
  return text.substr(kind.size() + 1);
}

std::string unit_of(const Json& tag) {
  auto text = untagged(tag, "unit");
  auto dash = text.rfind('-');
  if (dash == std::string::npos) throw ApiError("\"unit-" + text + "\" is not a valid unit tag");
  text[dash] = '/';
  return text;
}

Json strings(const Json& object, const char* key) {
  auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : Json::array();
}

Json endpoint_json(const Endpoint& endpoint) {
  return {{"name", endpoint.name}, {"role", endpoint.role},   {"interface", endpoint.interface},
          {"optional", false},     {"limit", endpoint.limit}, {"scope", "global"}};
}

Json base_json_of(const std::string& base, bool with_risk) {
  auto at = base.find('@');
  return {{"name", base.substr(0, at)}, {"channel", base.substr(at + 1) + (with_risk ? "/stable" : "")}};
}

const Charm& from_charmhub(const World& world, const std::string& name) {
  auto found = world.charmhub.find(name);
  if (found == world.charmhub.end())
    throw ApiError("resolving error: Name " + name + " not found in the charm store");
  return found->second;
}

}  // namespace microstack::testing
