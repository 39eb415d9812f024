// Nova's and Neutron's view of a cloud's nodes, on the screen of either substrate.
#pragma once

#include <stop_token>
#include <string>

#include "engine/clients/openstack/session.h"
#include "juju-plugin/clusters/cloud_status.h"

namespace microstack::plugin {

// Null where there is none of that name.
CloudStatus::Node* node_named(CloudStatus& status, const std::string& name);
// Hypervisors that nobody recorded are nodes too. What does not report is a problem.
Status add_hypervisors(CloudStatus& status, openstack::Session& admin, std::stop_token stop);

}  // namespace microstack::plugin
