#include "engine/cloud/merge_patch.h"

namespace microstack {

Json merge_patch(const Json& from, const Json& to) {
  Json patch = Json::object();
  for (const auto& [key, value] : from.items())
    if (!to.contains(key)) patch[key] = nullptr;
  for (const auto& [key, value] : to.items()) {
    if (from.contains(key) && from[key] == value) continue;
    const Json before = from.value(key, Json::object());
    patch[key] = value.is_object() ? merge_patch(before.is_object() ? before : Json::object(), value) : value;
  }
  return patch;
}

}  // namespace microstack
