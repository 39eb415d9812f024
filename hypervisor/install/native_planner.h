// The native substrate on this very machine, as the installer's planner.
#pragma once

#include "hypervisor/install/planner.h"

namespace microstack {

// `probe` looks at the machine (CPUs, memory, KVM, the kernel's Open vSwitch) when a plan is first needed.
using Probe = std::function<Result<Json>()>;
Result<std::unique_ptr<Planner>> native_planner(const Places& places, Probe probe);

}  // namespace microstack
