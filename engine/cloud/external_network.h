// The network floating IPs come from.
#pragma once

#include <string>

#include "engine/clients/openstack/session.h"

namespace microstack {

struct ExternalNetworkWish {
  std::string name = "public";
  std::string physical_network = "public";
  std::string cidr;
  std::string gateway;
  std::string first, last;  // of the pool
};

struct ExternalNetwork {
  std::string id;
  std::string subnet_id;
};

// Found by name or made; its subnet is NAME-v4.
Result<ExternalNetwork> ensure_external_network(openstack::Session& admin, const ExternalNetworkWish& wish,
                                                std::stop_token stop);

// `external` of a machine's status (cidr, gateway, first, last) as a wish.
ExternalNetworkWish wish_of_machine(const Json& machine);

}  // namespace microstack
