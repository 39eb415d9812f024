// Nova's and Neutron's view of a cloud's nodes, on the screen of either substrate.
#pragma once

#include <stop_token>
#include <string>

#include "engine/catalogue/deployment.h"
#include "engine/clients/openstack/session.h"
#include "juju-plugin/clusters/cloud_status.h"

namespace microstack::plugin {

// Null where there is none of that name.
CloudStatus::Node* node_named(CloudStatus& status, const std::string& name);
// Hypervisors that nobody recorded are nodes too. What does not report is a problem.
Status add_hypervisors(CloudStatus& status, openstack::Session& admin, std::stop_token stop);

// A node lives as long as its resource does, and only Terraform knows how a server is reached: what to write there.
Error added_by_terraform(const Deployment& deployment, const std::string& node,
                         const std::vector<std::string>& roles);
Error removed_by_terraform(const Deployment& deployment, const std::string& node);

}  // namespace microstack::plugin
