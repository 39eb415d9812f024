#include "engine/machines/cluster_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/machines/fact.h"

namespace microstack {

namespace {

constexpr const char* kForward = "/proc/sys/net/ipv4/ip_forward";

std::string clusters_folder(const Places& places) {
  return places.state + "/clusters";
}
std::string record_path(const Places& places, const std::string& cluster) {
  return cluster_folder(places, cluster) + "/network.json";
}
std::string forward_record(const Places& places) {
  return places.state + "/host/ip_forward";
}

Command command(std::vector<std::string> argv, std::string stdin_text = {}) {
  Command out;
  out.argv = std::move(argv);
  out.stdin_text = std::move(stdin_text);
  return out;
}

Result<bool> succeeds(Host& host, std::vector<std::string> argv) {
  MS_TRY(const auto result, host.run(command(std::move(argv))));
  if (result.exit_code == 127)
    return ask(result.err.substr(0, result.err.find('\n')), host.name(), "install iproute2 and nftables");
  return result.ok();
}

std::string link_record(const Places& places, const std::string& cluster, const std::string& link) {
  return cluster_folder(places, cluster) + "/link-" + link;
}

// A link that is to become a port must be there, and be nobody's: its addresses would lead nowhere. What it was before is
// written down.
Status note_link(const Places& places, Host& host, const std::string& cluster, const std::string& link) {
  MS_TRY(const auto said, host.run(command({"ip", "-j", "address", "show", "dev", link})));
  const auto json = Json::parse(said.out, nullptr, false);
  if (!said.ok() || !json.is_array() || json.empty())
    return ask("there is no link " + link, host.name(), "see its links: ip link", {"networks"});
  const Json& found = json.front();
  for (const auto& address : found.value("addr_info", Json::array()))
    if (address.value("family", std::string()) == "inet")
      return ask(fmt::format("the link {} has the address {}, which would no longer be reached", link,
                             address.value("local", std::string())),
                 host.name(), "give a link without addresses", {"networks"});
  if (found.contains("master"))
    return ask(fmt::format("the link {} is a port of {} already", link, found["master"].get<std::string>()),
               host.name(), "give another link", {"networks"});
  const auto flags = found.value("flags", Json::array());
  const bool up = std::find(flags.begin(), flags.end(), "UP") != flags.end();
  return write_file(link_record(places, cluster, link), up ? "up\n" : "down\n");
}

std::vector<std::string> recorded_clusters(const Places& places) {
  std::vector<std::string> out;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(clusters_folder(places), none))
    if (std::filesystem::exists(entry.path() / "network.json")) out.push_back(entry.path().filename());
  return out;
}

Fact forwarding(const Places& places) {
  Fact fact;
  fact.id = "forwarding";
  fact.title = "Forward packets of machines";
  fact.check = [](StepContext&) -> Result<Truth> {
    MS_TRY(const auto now, read_file(kForward));
    return now && now->starts_with("1") ? Truth::yes() : Truth::no("net.ipv4.ip_forward is off");
  };
  fact.apply = [places](StepContext&) -> Status {
    MS_TRY(const auto before, read_file(kForward));
    if (before && before->starts_with("1")) return {};
    MS_CHECK(write_file(forward_record(places), before.value_or("0\n")));  // before the change
    // Not through write_file: a file of /proc has no neighbour.
    if (auto* file = std::fopen(kForward, "w")) {
      const bool whole = std::fputs("1\n", file) >= 0;
      if (std::fclose(file) == 0 && whole) return {};
    }
    return give_up("cannot switch packet forwarding on", kForward);
  };
  fact.undo = [places](StepContext&) -> Status {
    if (!recorded_clusters(places).empty()) return {};
    MS_TRY(const auto before, read_file(forward_record(places)));
    if (!before) return {};
    if (auto* file = std::fopen(kForward, "w")) {
      std::fputs(before->c_str(), file);
      std::fclose(file);
    }
    MS_CHECK(remove_file(forward_record(places)));
    std::error_code kept;  // our folder, when nothing else is in it
    std::filesystem::remove(places.state + "/host", kept);
    return {};
  };
  return fact;
}

}  // namespace

std::string cluster_folder(const Places& places, const std::string& cluster) {
  return clusters_folder(places) + "/" + cluster;
}

Result<std::optional<ClusterNetwork>> recorded_network(const Places& places, const std::string& cluster) {
  MS_TRY(const auto text, read_file(record_path(places, cluster)));
  if (!text) return std::optional<ClusterNetwork>();
  const auto json = Json::parse(*text, nullptr, false);
  if (json.is_discarded())
    return give_up("the record of the cluster's network is damaged", record_path(places, cluster));
  MS_TRY(auto network, decode<ClusterNetwork>(json, "network record"));
  return std::optional(std::move(network));
}

Result<std::vector<Subnet>> subnets_in_use(const Places& places, Host& host,
                                           const std::string& except_cluster) {
  std::vector<Subnet> out;
  const auto add = [&out](const Json& value) {
    if (!value.is_string()) return;
    if (const auto subnet = Subnet::parse(value.get<std::string>()); subnet && subnet->prefix > 0)
      out.push_back(*subnet);
  };
  MS_TRY(const auto addresses, run_ok(host, command({"ip", "-4", "-j", "addr", "show"})));
  MS_TRY(const auto routes, run_ok(host, command({"ip", "-4", "-j", "route", "show", "table", "all"})));
  for (const auto& link : Json::parse(addresses, nullptr, false)) {
    for (const auto& address : link.value("addr_info", Json::array()))
      if (address.contains("local"))
        add(fmt::format("{}/{}", address["local"].get<std::string>(), address.value("prefixlen", 32)));
  }
  for (const auto& route : Json::parse(routes, nullptr, false))
    if (route.contains("dst")) add(route["dst"]);
  for (const auto& cluster : recorded_clusters(places)) {
    if (cluster == except_cluster) continue;
    // Not decoded: a record of a newer program has its networks, too, and must not keep anybody from other clusters.
    MS_TRY(const auto text, read_file(record_path(places, cluster)));
    const auto other = Json::parse(text.value_or(""), nullptr, false);
    if (!other.is_object()) continue;
    for (const char* network : {"management", "external", "tunnel"})
      if (other.contains(network)) add(other[network]);
  }
  return out;
}

Result<ClusterNetwork> reserve_network(const Places& places, Host& host, const std::string& cluster,
                                       const MachineSpec::Networks& wish) {
  MS_CHECK(make_folders(clusters_folder(places)));
  MS_TRY(const auto lock, FileLock::take(places.run + "/networks.lock", 30));
  MS_TRY(auto recorded, recorded_network(places, cluster));
  if (recorded) {
    const auto differs = [](const std::string& wanted, const std::string& have) {
      return !wanted.empty() && wanted != have;
    };
    if (differs(wish.management_link, recorded->management_link) ||
        differs(wish.tunnel_link, recorded->tunnel_link))
      return ask(fmt::format("cluster {} has other links in its networks on this host: {}, {}", cluster,
                             recorded->management_link, recorded->tunnel_link),
                 "local", "give those, or remove its machines here first", {"networks"});
    if (differs(wish.management, recorded->management) || differs(wish.external, recorded->external) ||
        differs(wish.tunnel, recorded->tunnel))
      return ask(fmt::format("cluster {} has its networks already: {}, {}, {}", cluster, recorded->management,
                             recorded->external, recorded->tunnel),
                 "local", "leave them out, or destroy the cluster first", {"networks"});
    return std::move(*recorded);
  }
  MS_TRY(const auto in_use, subnets_in_use(places, host, cluster));
  MS_TRY(const auto chosen, choose_subnets(cluster, in_use));
  ClusterNetwork network;
  network.cluster = cluster;
  network.tag = "ms" + sha256_hex(cluster).substr(0, 8);
  network.management_link = wish.management_link;
  network.tunnel_link = wish.tunnel_link;
  const bool elsewhere =
      !wish.management_link.empty();  // another host's: ours may be in them with other links
  const auto take = [&](const std::string& wanted, const Subnet& free, std::string& out) -> Status {
    out = wanted.empty() ? free.text() : wanted;
    if (elsewhere) return {};
    for (const auto& other : in_use)
      if (!wanted.empty() && Subnet::parse(wanted)->overlaps(other))
        return ask(fmt::format("the network {} is in use on this host ({})", wanted, other.text()),
                   host.name(), "leave it out, and a free one is chosen", {"networks"});
    return {};
  };
  MS_CHECK(take(wish.management, chosen.management, network.management));
  MS_CHECK(take(wish.external, chosen.external, network.external));
  MS_CHECK(take(wish.tunnel, chosen.tunnel, network.tunnel));
  for (const auto& link : {network.management_link, network.tunnel_link})
    if (!link.empty()) MS_CHECK(note_link(places, host, cluster, link));
  MS_CHECK(write_file(cluster_folder(places, cluster) + "/network.ip", network_ip_batch(network)));
  MS_CHECK(write_file(cluster_folder(places, cluster) + "/network.nft", network_nft(network)));
  MS_CHECK(write_file(record_path(places, cluster), encode(network).dump(2) + "\n"));
  return network;
}

std::string network_ip_batch(const ClusterNetwork& network) {
  std::string out;
  const auto bridge = [&](char kind, const std::string& subnet, const std::string& port) {
    const auto name = network.bridge(kind);
    out += fmt::format("link add {} type bridge mcast_snooping 0\n", name);
    if (!port.empty())
      out += fmt::format("link set {} master {} up\n", port, name);
    else if (!subnet.empty())
      out += fmt::format("address replace {}/24 dev {}\n", Subnet::parse(subnet)->address(1), name);
    out += fmt::format("link set {} up\n", name);
  };
  bridge('m', network.management, network.management_link);
  bridge('x', network.external, {});
  bridge('t', {}, network.tunnel_link);
  return out;
}

std::string network_nft(const ClusterNetwork& network) {
  return fmt::format(R"(table ip {0} {{
}}
delete table ip {0}
table ip {0} {{
  chain post {{
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr {{ {1}, {2} }} oifname != {{ "{3}", "{4}" }} masquerade
  }}
}}
)",
                     network.table(), network.management, network.external, network.bridge('m'),
                     network.bridge('x'));
}

Plan network_plan(const Places& places, Host& host, const ClusterNetwork& network) {
  Fact fact;
  fact.id = "network:" + network.cluster;
  fact.title = "Make the networks of cluster " + network.cluster;
  fact.inputs = encode(network);
  fact.check = [&host, network](StepContext&) -> Result<Truth> {
    for (const char kind : {'m', 'x', 't'}) {
      MS_TRY(const bool there,
             succeeds(host, {"ip", "link", "show", "dev", network.bridge(kind), "up", "type", "bridge"}));
      if (!there) return Truth::no("there is no bridge " + network.bridge(kind));
    }
    MS_TRY(const bool table, succeeds(host, {"nft", "list", "chain", "ip", network.table(), "post"}));
    return table ? Truth::yes() : Truth::no("there is no nftables table " + network.table());
  };
  fact.apply = [&host, network](StepContext&) -> Status {
    // -force: a link that is there already is no reason to stop; the check afterwards sees what is missing.
    MS_TRY(const auto links, host.run(command({"ip", "-force", "-batch", "-"}, network_ip_batch(network))));
    if (links.exit_code == 127) return ask("there is no ip program", host.name(), "install iproute2");
    (void)host.run(command({"ethtool", "-K", network.bridge('x'), "tx", "off"}))
        .ok();  // checksums for userspace datapaths
    MS_TRY(auto ignored, run_ok(host, command({"nft", "-f", "-"}, network_nft(network))));
    return {};
  };
  fact.undo = [&host, places, network](StepContext&) -> Status {
    for (const char kind : {'m', 'x', 't'}) {
      MS_TRY(const bool there, succeeds(host, {"ip", "link", "show", "dev", network.bridge(kind)}));
      if (!there) continue;
      MS_TRY(auto ignored, run_ok(host, command({"ip", "link", "delete", network.bridge(kind)})));
    }
    MS_TRY(const bool table, succeeds(host, {"nft", "list", "table", "ip", network.table()}));
    if (table) {
      MS_TRY(auto ignored, run_ok(host, command({"nft", "delete", "table", "ip", network.table()})));
    }
    for (const auto& link : {network.management_link, network.tunnel_link}) {
      if (link.empty()) continue;
      MS_TRY(const auto was, read_file(link_record(places, network.cluster, link)));
      if (was && was->starts_with("down"))
        (void)host.run(command({"ip", "link", "set", "dev", link, "down"})).ok();  // one that is gone is down
    }
    std::error_code failed;
    std::filesystem::remove_all(cluster_folder(places, network.cluster), failed);
    if (failed)
      return give_up("cannot remove the cluster's record: " + failed.message(),
                     cluster_folder(places, network.cluster));
    return {};
  };
  Plan plan;
  plan.add(step(forwarding(places)));
  plan.add(step(std::move(fact)), {"forwarding"});
  return plan;
}

}  // namespace microstack
