#include "provider/framework/model.h"

namespace microstack::terraform::codec {

Status misread(const Value& value, const char* wanted) {
  std::string what = "Must be " + std::string(wanted);
  if (value.is_null()) what += ", not null";
  return ask(std::move(what));
}

Status within(const std::string& step, Status status) {
  if (!status) status.error().attribute.insert(status.error().attribute.begin(), step);
  return status;
}

Status whole_number(const Value& value, std::int64_t least, std::int64_t most, std::int64_t& out) {
  if (value.kind() != Value::Kind::number) return misread(value, "a number");
  auto integer = value.as_number().integer();
  if (!integer || *integer < least || *integer > most) {
    return ask("Must be a whole number between " + std::to_string(least) + " and " + std::to_string(most));
  }
  return out = *integer, Status();
}

Attribute timeouts_attribute() {
  return timeouts_block().attribute;
}

}  // namespace microstack::terraform::codec
