// Values on the wire: msgpack both ways, as core's own library writes it, and JSON of saved states one way.
// Everything read is bounded: depth, lengths, refinements; nothing is reserved that the input could not hold.
#pragma once

#include <string>
#include <string_view>

#include "provider/framework/value.h"

namespace microstack::terraform {

std::string to_msgpack(const Value& value);
void append_msgpack(const Value& value, std::string& out);
Result<Value> from_msgpack(std::string_view bytes, const Type& type);

// JSON as it stands: objects, tuples, and numbers with all their digits.
Result<Value> parse_json(std::string_view text);
// The value as the type wants it, leniently, for states written by other versions: unknown attributes are
// dropped, missing ones are null, a number or bool becomes a string and back where the text allows it.
Result<Value> fit(Value value, const Type& type);
// JSON for people and for private data; unknown becomes null.
std::string to_json_text(const Value& value);

}  // namespace microstack::terraform
