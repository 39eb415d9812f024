// What the machines of one cluster share on this host: three bridges, one nftables table, the right to
// forward. Its record is the truth for the supervisor of each machine, which makes it all again after the
// host was restarted.
#pragma once

#include <string>

#include "engine/base/fields.h"
#include "engine/base/places.h"
#include "engine/host/host.h"
#include "engine/machines/address.h"
#include "engine/machines/machine_spec.h"
#include "engine/plan/plan.h"

namespace microstack {

struct ClusterNetwork {
  int version = 1;
  std::string cluster;
  std::string tag;  // "ms" and 8 digits of the cluster name's hash: every link and table begins with it
  std::string management;  // /24s
  std::string external;
  std::string tunnel;
  // Links of this host that are ports of the bridges, where the networks are another host's.
  std::string management_link;
  std::string tunnel_link;

  std::string bridge(char kind) const { return tag + kind; }  // 'm', 'x', 't'
  std::string link(char kind, int index) const {
    return tag + kind + std::to_string(index);
  }  // host end of a machine
  std::string table() const { return tag; }
};
template <>
struct Fields<ClusterNetwork> {
  static constexpr auto list =
      fields(field("version", &ClusterNetwork::version), field("cluster", &ClusterNetwork::cluster),
             field("tag", &ClusterNetwork::tag), field("management", &ClusterNetwork::management),
             field("external", &ClusterNetwork::external), field("tunnel", &ClusterNetwork::tunnel),
             field("management_link", &ClusterNetwork::management_link),
             field("tunnel_link", &ClusterNetwork::tunnel_link));
};
MS_FIELDS_COMPLETE(ClusterNetwork);

std::string cluster_folder(const Places& places, const std::string& cluster);

// The recorded network, or nullopt.
Result<std::optional<ClusterNetwork>> recorded_network(const Places& places, const std::string& cluster);

// The recorded network, or a new one that is free here (and recorded at once, so that nobody else takes it).
// A wish that contradicts the record is an error of kind ask.
Result<ClusterNetwork> reserve_network(const Places& places, Host& host, const std::string& cluster,
                                       const MachineSpec::Networks& wish);

// Addresses and routes of this host and the records of other clusters.
Result<std::vector<Subnet>> subnets_in_use(const Places& places, Host& host,
                                           const std::string& except_cluster);

// Batches for `ip -force -batch` and `nft -f`; both may be applied again and again.
std::string network_ip_batch(const ClusterNetwork& network);
std::string network_nft(const ClusterNetwork& network);

// Steps "forwarding" and "network:CLUSTER". Undoing them removes the links and the table; forwarding is put
// back to what it was when no other cluster is recorded.
Plan network_plan(const Places& places, Host& host, const ClusterNetwork& network);

}  // namespace microstack
