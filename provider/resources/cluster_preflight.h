// What stands in the way of a cluster that is to be created, told at plan, at the attributes that cause it.
#pragma once

#include "engine/cloud/cloud.h"
#include "provider/framework/call.h"
#include "provider/resources/cluster_model.h"

namespace microstack::provider {

// Only reads. What cannot be looked at yet is a warning that says it is checked at apply.
void preflight(Clouds& clouds, const Cluster& planned, terraform::Call& call);

// Ports that something on a node listens at already, out of those that the components want: from the text of
// /proc/net/tcp and tcp6.
std::vector<int> ports_in_use(const std::string& proc_net_tcp, const Catalogue& catalogue,
                              const std::vector<std::string>& components);

}  // namespace microstack::provider
