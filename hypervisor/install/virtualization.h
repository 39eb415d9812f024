// KVM or emulation: decided once by a test boot when a node is installed, and written down, so that plans of the node are the
// same tomorrow and only read. The record lies in the cache: a prepared layer brings it along, and it is tried again where it
// does not fit.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

#include "engine/base/places.h"
#include "engine/host/host.h"

namespace microstack {

struct Virtualization {
  std::string type = "qemu";  // kvm, qemu
  std::string reason;         // why not kvm
  std::string tried_on;  // kernel, processor and QEMU it was found out with: with others it is tried again
};

// nullopt: it was never tried here.
Result<std::optional<Virtualization>> recorded_virtualization(const Places& places);

// What the record says where it still fits this kernel, processor and QEMU; else boots a guest and records the outcome.
// nullopt: a trial is due, but there is no QEMU here yet.
Result<std::optional<Virtualization>> try_virtualization(Host& host, const Places& places,
                                                         std::stop_token stop = {});

}  // namespace microstack
