// Bytes as msgpack of a type chosen by the first byte: no input may crash, hang or leak, and what is read is
// written and read again as the same value.
#include <cstdlib>

#include "provider/framework/msgpack.h"

using namespace microstack::terraform;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Type types[] = {
      Type::dynamic(), Type::string(), Type::number(),
      Type::parse(
          R"(["object",{"a":["list","dynamic"],"b":["map",["set","number"]],"c":["tuple",["bool","string"]]}])")
          .value()};
  if (size == 0) return 0;
  const Type& type = types[data[0] % 4];
  auto value = from_msgpack({reinterpret_cast<const char*>(data) + 1, size - 1}, type);
  if (!value) return 0;
  auto again = from_msgpack(to_msgpack(*value), type);
  if (!again || *again != *value) std::abort();
  (void)conforms(*value, type);
  (void)to_json_text(*value);
  return 0;
}
