// Where a cluster's first node is to be, as its model says it.
#pragma once

#include "engine/base/json.h"
#include "engine/cloud/cloud.h"
#include "provider/resources/cluster_model.h"

namespace microstack::provider {

// control, compute and network when not given.
std::vector<std::string> roles_of(const Cluster& cluster);
Place place_of(const Cluster& cluster);
// What `machine up` and `probe --machine` want on stdin.
Result<Json> machine_spec(const Catalogue& catalogue, const std::string& machine, const Cluster& cluster);

}  // namespace microstack::provider
