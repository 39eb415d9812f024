#include "tests/support/wire/value.h"

namespace microstack::wire {

// An extension of type 0 with one zero byte.
nlohmann::json unknown() {
  return nlohmann::json::binary({0}, 0);
}

tfplugin6::DynamicValue dynamic(const nlohmann::json& value) {
  auto bytes = nlohmann::json::to_msgpack(value);
  tfplugin6::DynamicValue result;
  result.set_msgpack(bytes.data(), bytes.size());
  return result;
}

nlohmann::json json(const tfplugin6::DynamicValue& value) {
  if (!value.msgpack().empty()) return nlohmann::json::from_msgpack(value.msgpack());
  if (!value.json().empty()) return nlohmann::json::parse(value.json());
  return nullptr;
}

}  // namespace microstack::wire
