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
// runs a guest (test_boot.h).
Result<Json> probe_host(Host& host, const Places& places, bool trial, std::stop_token stop = {});

struct Finding {
  std::string check;      // memory, disk, programs, devices, filesystem, forward, networks, mirror
  bool blocking = false;  // else a warning
  std::string what;
  std::string fix;
  std::vector<std::string> attribute;
};

// What stands in the way of a machine, by what probe_host said of a host with that state folder.
std::vector<Finding> machine_findings(const Json& probe, const std::string& state, const MachineSpec& spec);

// The same with what has to be asked of the host besides: whether the networks it names are free, and, unless
// its image is there, whether there is room for making it and the mirror answers.
Result<std::vector<Finding>> machine_findings(Host& host, const Places& places, const Json& probe,
                                              const MachineSpec& spec, bool image_is_there,
                                              std::stop_token stop = {});
// Probes, and makes the first blocking finding an error of kind ask (the others its causes).
Status machine_preflight(Host& host, const Places& places, const MachineSpec& spec, bool image_is_there,
                         std::stop_token stop = {});
Json to_json(const Finding& finding);

}  // namespace microstack
