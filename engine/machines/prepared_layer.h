// A prepared layer that cannot be made stops nothing: the machine is made without it, which takes longer.
#pragma once

namespace microstack {

// The step whose error event says so.
inline constexpr const char* prepared_layer_step = "prepared-layer";

}  // namespace microstack
