// How a node comes into its cluster, and into its roles: from whatever is there to a node that is up.
#pragma once

#include "engine/cloud/cloud.h"
#include "provider/framework/call.h"
#include "provider/resources/node_model.h"

namespace microstack::provider {

// A finished one of this name is taken over when it is at the same place; an unfinished one is gone on with.
Status adopt_node(AnyCloud& cloud, const NodeModel& node, terraform::Call& call);
// May be killed anywhere and called again. Fills in what is computed.
Status join_cluster(Clouds& clouds, AnyCloud& cloud, NodeModel& node, terraform::Call& call);

// Nova's word on it: `up`, `down`; empty without the role compute.
std::string hypervisor_state(const std::vector<openstack::ComputeService>& services, const NodeModel& node);
// Whether nothing is placed on it because its guests were asked to leave.
bool is_leaving(const std::vector<openstack::ComputeService>& services, const NodeModel& node);

}  // namespace microstack::provider
