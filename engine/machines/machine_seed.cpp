#include "engine/machines/machine_seed.h"

#include <fmt/format.h>

#include <sstream>

namespace microstack {

std::string management_address(const ClusterNetwork& network, int index) {
  return Subnet::parse(network.management)->address(static_cast<unsigned>(10 + index));
}
std::string tunnel_address(const ClusterNetwork& network, int index) {
  return Subnet::parse(network.tunnel)->address(static_cast<unsigned>(10 + index));
}
std::string api_address(const ClusterNetwork& network) {
  return Subnet::parse(network.management)->address(10);
}

std::vector<std::string> name_servers(const std::string& resolv_conf) {
  std::vector<std::string> out;
  std::istringstream lines(resolv_conf);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key, value;
    words >> key >> value;
    if (key == "nameserver" && parse_address(value) && !value.starts_with("127.")) out.push_back(value);
  }
  return out;
}

std::map<std::string, std::string> machine_seed(const MachineSpec& spec, const ClusterNetwork& network,
                                                int index, const std::string& machine_id,
                                                const std::vector<std::string>& dns, bool kvm) {
  std::map<std::string, std::string> out;
  out["/etc/hostname"] = spec.name + "\n";
  out["/etc/machine-id"] = machine_id + "\n";
  // The machine's own node: the host's belongs to the host's group kvm, whose number means another group in
  // here.
  if (kvm) out["/etc/tmpfiles.d/microstack-kvm.conf"] = "c! /dev/kvm 0660 root kvm - 10:232\n";
  if (spec.isolated) {
    out["/etc/hosts"] = "127.0.0.1 localhost " + spec.name + "\n";
    return out;
  }
  const auto address = management_address(network, index);
  out["/etc/hosts"] =
      fmt::format("127.0.0.1 localhost\n::1 localhost ip6-localhost\n{} {}\n", address, spec.name);
  std::string resolv;
  for (const auto& server : dns) resolv += "nameserver " + server + "\n";
  out["/etc/resolv.conf"] = resolv;  // a plain file: the image's link leads to a resolver that does not run
  out["/etc/systemd/network/10-host0.network"] = fmt::format(
      "[Match]\nName={}\n[Network]\nAddress={}/24\nGateway={}\nLinkLocalAddressing=no\nIPv6AcceptRA=no\n",
      kManagementLink, address, Subnet::parse(network.management)->address(1));
  for (const auto* link : {kExternalLink, kTunnelLink})
    out[fmt::format("/etc/systemd/network/11-{}.network", link)] = fmt::format(
        "[Match]\nName={}\n[Link]\nRequiredForOnline=no\n[Network]\nLinkLocalAddressing=no\nIPv6AcceptRA="
        "no\n",
        link);
  std::string keys;
  for (const auto& key : spec.authorized_keys) keys += key + "\n";
  if (!keys.empty()) out["/root/.ssh/authorized_keys"] = keys;
  return out;
}

}  // namespace microstack
