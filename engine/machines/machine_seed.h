// What a fresh machine is given before its first boot: who it is, its addresses, who may log in.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/machines/cluster_network.h"
#include "engine/machines/machine_spec.h"

namespace microstack {

// Names of the links inside a machine.
inline constexpr const char* kManagementLink = "host0";
inline constexpr const char* kExternalLink = "prov0";
inline constexpr const char* kTunnelLink = "tun0";

// Path in the machine -> content. `machine_id` is 32 hex digits: without one systemd takes the boot for the
// first and enables every unit of every package.
std::map<std::string, std::string> machine_seed(const MachineSpec& spec, const ClusterNetwork& network,
                                                int index, const std::string& machine_id,
                                                const std::vector<std::string>& dns, bool kvm);

// Name servers that a machine can reach, from a resolv.conf: those that are not loopback.
std::vector<std::string> name_servers(const std::string& resolv_conf);

std::string management_address(const ClusterNetwork& network, int index);  // .11 for the first
std::string tunnel_address(const ClusterNetwork& network, int index);
std::string api_address(const ClusterNetwork& network);  // .10, reserved for the cluster

}  // namespace microstack
