// Neutron beyond named things: router interfaces, rules, floating IPs.
#pragma once

#include <string>
#include <vector>

#include "engine/clients/openstack/session.h"

namespace microstack::openstack {

// Succeeds when the subnet is connected already.
Status add_router_interface(Session& session, const std::string& router_id, const std::string& subnet_id,
                            std::stop_token stop = {});
// Succeeds when it is not connected, or router or subnet are gone.
Status remove_router_interface(Session& session, const std::string& router_id, const std::string& subnet_id,
                               std::stop_token stop = {});

struct Ingress {
  std::string protocol;
  int port = 0;  // 0: all ports, or the whole of ICMP
};
// Lets in what the rules say: those that are not there yet, in one call.
Status allow_ingress(Session& session, const std::string& security_group_id,
                     const std::vector<Ingress>& wanted, std::stop_token stop = {});

// The floating IP of a server's first port, made on `external_network_id` when it has none.
Result<std::string> ensure_floating_ip(Session& session, const std::string& server_id,
                                       const std::string& external_network_id, std::stop_token stop = {});
// Gives back every floating IP of the server's ports.
Status release_floating_ips(Session& session, const std::string& server_id, std::stop_token stop = {});

}  // namespace microstack::openstack
