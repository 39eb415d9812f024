// How a node leaves its cluster, or its role as a hypervisor: guests, host, then what the control plane knows of it. Each may be
// killed anywhere and is called again by the next apply.
#pragma once

#include "engine/cloud/cloud.h"
#include "engine/cloud/guests.h"
#include "provider/framework/call.h"
#include "provider/resources/node_model.h"

namespace microstack::provider {

Guests guests_of(const NodeModel& node);

// All of it.
Status leave_cluster(const Clouds& clouds, AnyCloud& cloud, const NodeModel& node, terraform::Call& call);
// The host as it was before: a machine vanishes, a server follows its own records. One that does not answer is a warning.
Status undo_node(const Clouds& clouds, AnyCloud& cloud, const NodeModel& node, terraform::Call& call);

// Without guests. Where the control plane is dead there is nobody to ask. `alive`: whether the node can do its part.
Status vacate_node(AnyCloud& cloud, const NodeModel& node, bool alive, terraform::Call& call);
// Of a node that goes on with other roles: nothing is left of its having been a hypervisor.
Status forget_hypervisor(const Clouds& clouds, AnyCloud& cloud, const NodeModel& node, terraform::Call& call);
// Whether Nova knows a hypervisor of its name.
bool is_hypervisor(const std::vector<openstack::ComputeService>& services, const NodeModel& node);

}  // namespace microstack::provider
