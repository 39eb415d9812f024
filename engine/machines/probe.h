// What a host can do. Only reads, but for the trial of KVM.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/places.h"
#include "engine/host/host.h"
#include "engine/machines/machine_spec.h"

namespace microstack {

// CPU, memory, disk, NUMA, links, KVM, Open vSwitch module, programs; as JSON. `trial`: whether KVM really
// runs a guest.
Result<Json> probe_host(Host& host, const Places& places, bool trial, std::stop_token stop = {});

struct Finding {
  std::string check;      // memory, disk, programs, root, filesystem, forward
  bool blocking = false;  // else a warning
  std::string what;
  std::string fix;
  std::vector<std::string> attribute;
};

// What stands in the way of a machine, by what probe_host said.
std::vector<Finding> machine_findings(const Json& probe, const MachineSpec& spec);

}  // namespace microstack
