// Bytes as the JSON of a saved state: whatever fits the type conforms to it, and goes over the wire
// unchanged.
#include <cstdlib>

#include "provider/framework/msgpack.h"

using namespace microstack::terraform;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Type type =
      Type::parse(
          R"(["object",{"a":["list","dynamic"],"b":["map",["set","number"]],"c":["tuple",["bool","string"]],"d":"string"}])")
          .value();
  auto raw = parse_json({reinterpret_cast<const char*>(data), size});
  if (!raw) return 0;
  auto state = fit(*raw, type);
  if (!state) return 0;
  if (!conforms(*state, type)) std::abort();
  auto again = from_msgpack(to_msgpack(*state), type);
  if (!again || *again != *state) std::abort();
  return 0;
}
