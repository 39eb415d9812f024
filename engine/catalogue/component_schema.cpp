#include "engine/catalogue/component_fields.h"

namespace microstack {
namespace {

template <class T>
Json schema_of() {
  using namespace fields_detail;
  if constexpr (std::is_same_v<T, Json>) {
    return Json::object();  // anything
  } else if constexpr (std::is_same_v<T, bool>) {
    return {{"type", "boolean"}};
  } else if constexpr (std::is_integral_v<T>) {
    return {{"type", "integer"}};
  } else if constexpr (std::is_same_v<T, std::string>) {
    return {{"type", "string"}};
  } else if constexpr (is_optional<T>::value) {
    return schema_of<typename T::value_type>();
  } else if constexpr (is_vector<T>::value) {
    return {{"type", "array"}, {"items", schema_of<typename T::value_type>()}};
  } else if constexpr (is_map<T>::value) {
    return {{"type", "object"}, {"additionalProperties", schema_of<typename T::mapped_type>()}};
  } else {
    Json properties = Json::object();
    Json required = Json::array();
    std::apply(
        [&](const auto&... field) {
          ((properties[field.name] = schema_of<typename std::remove_cvref_t<decltype(field)>::type>()), ...);
          ((field.required ? required.push_back(field.name) : void()), ...);
        },
        Fields<T>::list);
    Json schema = {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
    if (!required.empty()) schema["required"] = required;
    return schema;
  }
}

}  // namespace

Json component_json_schema() {
  Json schema = schema_of<ComponentFile>();
  schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
  schema["title"] = "MicroStack component";
  schema["properties"]["kind"]["enum"] = {"core", "optional"};
  schema["properties"]["roles"]["items"]["enum"] = {"control", "compute", "network", "storage"};
  return schema;
}

}  // namespace microstack
