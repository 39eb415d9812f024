#include "provider/resources/cluster_place.h"

#include "engine/machines/machine_spec.h"

namespace microstack::provider {

std::vector<std::string> roles_of(const Cluster& cluster) {
  if (cluster.first_node.is_known() && cluster.first_node->roles.is_known())
    return *cluster.first_node->roles;
  return {"control", "compute", "network"};
}

Place place_of(const Cluster& cluster) {
  Place place;
  if (!cluster.first_node.is_known()) return place;
  const auto& node = *cluster.first_node;
  if (node.local.is_known()) place.kind = Place::Kind::local;
  if (node.ssh.is_known()) {
    place.kind = Place::Kind::ssh;
    place.ssh.host = *node.ssh->host;
    place.ssh.port = static_cast<int>(node.ssh->port.value_or(22));
    place.ssh.user = node.ssh->user.value_or("root");
    place.ssh.host_key = *node.ssh->host_key;
    place.ssh.key_file = node.ssh->private_key_file.value_or("");
  }
  return place;
}

Result<Json> machine_spec(const Catalogue& catalogue, const std::string& machine, const Cluster& cluster) {
  MS_TRY(const Json release, catalogue.release(*cluster.release));
  MachineSpec spec;
  spec.cluster = *cluster.name;
  spec.name = machine;
  // No packages named: the catalogue's, so that a component enabled later downloads nothing and every cloud
  // shares one image.
  spec.image.release = *cluster.release;
  spec.image.suite = release.value("suite", spec.image.suite);
  spec.image.mirror = cluster.package_mirror.value_or(release.value("mirror", spec.image.mirror));
  spec.image.proxy = cluster.proxy.value_or("");
  spec.prepared = "auto";
  spec.memory_mib = static_cast<int>(cluster.memory_mib.value_or(0));
  spec.disk_mib = static_cast<int>(cluster.disk_mib.value_or(0));
  if (cluster.networks.is_known())
    spec.networks = {cluster.networks->management.value_or(""), cluster.networks->external.value_or(""),
                     cluster.networks->tunnel.value_or("")};
  if (cluster.first_node.is_known() && cluster.first_node->machine.is_known())
    spec.devices = cluster.first_node->machine->devices.value_or({});
  return encode(spec);
}

}  // namespace microstack::provider
