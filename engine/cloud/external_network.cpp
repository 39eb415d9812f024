#include "engine/cloud/external_network.h"

#include "engine/clients/openstack/collection.h"

namespace microstack {

using namespace openstack;

Result<ExternalNetwork> ensure_external_network(Session& admin, const ExternalNetworkWish& wish,
                                                std::stop_token stop) {
  MS_TRY(const Json network, find_or_create(admin, collections::networks,
                                            {{"name", wish.name},
                                             {"router:external", true},
                                             {"shared", false},
                                             {"provider:network_type", "flat"},
                                             {"provider:physical_network", wish.physical_network}},
                                            {{"router:external", "true"}}, stop));
  const auto id = network.at("id").get<std::string>();
  Json subnet = {{"name", wish.name + "-v4"},
                 {"network_id", id},
                 {"ip_version", 4},
                 {"cidr", wish.cidr},
                 {"enable_dhcp", false}};
  if (!wish.gateway.empty()) subnet["gateway_ip"] = wish.gateway;
  if (!wish.first.empty())
    subnet["allocation_pools"] = Json::array({{{"start", wish.first}, {"end", wish.last}}});
  MS_TRY(const Json made, find_or_create(admin, collections::subnets, subnet, {{"network_id", id}}, stop));
  return ExternalNetwork{id, made.at("id").get<std::string>()};
}

ExternalNetworkWish wish_of_machine(const Json& machine) {
  const Json external = machine.value("external", Json::object());
  ExternalNetworkWish wish;
  wish.cidr = external.value("cidr", std::string());
  wish.gateway = external.value("gateway", std::string());
  wish.first = external.value("first", std::string());
  wish.last = external.value("last", std::string());
  return wish;
}

}  // namespace microstack
