// Neutron beyond named things: router interfaces, rules, floating IPs.
#pragma once

#include <string>

#include "engine/clients/openstack/session.h"

namespace microstack::openstack {

// Succeeds when the subnet is connected already.
Status add_router_interface(Session& session, const std::string& router_id, const std::string& subnet_id,
                            std::stop_token stop = {});
// Succeeds when it is not connected, or router or subnet are gone.
Status remove_router_interface(Session& session, const std::string& router_id, const std::string& subnet_id,
                               std::stop_token stop = {});

// Lets in what the rule says. `port` 0: all ports (or the whole of ICMP). Succeeds when it is allowed
// already.
Status allow_ingress(Session& session, const std::string& security_group_id, const std::string& protocol,
                     int port, std::stop_token stop = {});

// The floating IP of a server's first port, made on `external_network_id` when it has none.
Result<std::string> ensure_floating_ip(Session& session, const std::string& server_id,
                                       const std::string& external_network_id, std::stop_token stop = {});
// Gives back every floating IP of the server's ports.
Status release_floating_ips(Session& session, const std::string& server_id, std::stop_token stop = {});

}  // namespace microstack::openstack
