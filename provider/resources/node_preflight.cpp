#include "provider/resources/node_preflight.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/machines/address.h"
#include "engine/machines/hardware.h"
#include "engine/machines/probe.h"
#include "engine/machines/profile_findings.h"
#include "provider/cloud/watching.h"
#include "provider/resources/node_place.h"

namespace microstack::provider {
namespace {

using namespace terraform;

constexpr auto limit = std::chrono::minutes(1);

void later(Call& call, const std::string& why, Path path = {}) {
  call.warn("The node is checked at apply", why, std::move(path));
}

// Terraform shows the line of an attribute of the resource only, not of one within it: that one is named.
void tell(Call& call, bool blocking, std::string what, const std::string& fix, Path path) {
  const auto* first = path.empty() ? nullptr : std::get_if<Path::Attribute>(&path.steps().front());
  if (first != nullptr && path.steps().size() > 1) {
    what += " (" + path.text() + ")";
    path = Path(first->name);
  }
  if (!what.empty()) what.front() = static_cast<char>(std::toupper(what.front()));
  const auto detail = fix.empty() ? std::string() : "To go on: " + fix + ".";
  blocking ? call.error(what, detail, std::move(path)) : call.warn(what, detail, std::move(path));
}

// What a person must change is an error, with the attribute of the connection that is to blame; all else may be better
// at apply.
void tell_why(Call& call, const Error& error, Path path) {
  if (error.kind != ErrorKind::ask) return later(call, error.text(), std::move(path));
  static constexpr const char* of_connection[] = {"host", "port", "user", "host_key"};
  if (!error.attribute.empty()) {
    const auto& name = error.attribute.front();
    if (std::find(std::begin(of_connection), std::end(of_connection), name) != std::end(of_connection))
      path = path.attribute(name);
    if (name == "private_key") path = path.attribute("private_key_file");
  }
  tell(call, true, error.what + (error.where.empty() ? "" : " (" + error.where + ")"), error.fix,
       std::move(path));
}

struct Server {
  Host& host;
  Json probe;
  std::vector<std::string> links;
  std::vector<std::string> addresses;
  std::map<std::string, std::string> links_of;  // address -> link
};

Result<Server> look_at(Host& host, std::stop_token stop) {
  Server server{host, {}, {}, {}, {}};
  MS_TRY(server.probe, probe_host(host, Places{}, false, stop));
  MS_TRY(const auto text, run_ok(host, Command{{"ip", "-j", "address", "show"}}, stop));
  for (const auto& link : Json::parse(text, nullptr, false)) {
    server.links.push_back(link.value("ifname", std::string()));
    for (const auto& address : link.value("addr_info", Json::array()))
      server.links_of[server.addresses.emplace_back(address.value("local", std::string()))] =
          server.links.back();
  }
  return server;
}

template <class T>
bool has(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// The distribution, root, memory, disk.
void check_what_it_is(const Catalogue& catalogue, const std::string& release_name, const NodeModel& node,
                      const Server& server, Path place, Call& call) {
  const auto& probe = server.probe;
  const auto release = catalogue.release(release_name);
  const std::string wanted = release ? release->value("distribution", std::string("debian")) + " " +
                                           release->value("version", std::string("13"))
                                     : std::string("debian 13");
  const std::string os = probe.value("/os/id"_json_pointer, std::string("unknown")) + " " +
                         probe.value("/os/version"_json_pointer, std::string());
  if (os != wanted)
    tell(call, true,
         fmt::format("release {} needs {}, {} is {}", release_name, wanted, server.host.name(), os),
         "make a machine on it, which brings its own system: machine = { host = { ...what ssh has now... } }",
         place);
  if (!probe.value("systemd", false))
    tell(call, true, "systemd does not run on " + server.host.name(), "give a server that was booted by it",
         place);
  if (probe.value("uid", 0) != 0)
    tell(call, true, "installing needs root on " + server.host.name(),
         "let this user run sudo without a password", place.attribute("user"));
  const auto& roles = node.roles->items;
  const int memory = catalogue.memory_mib(catalogue.core(), roles),
            disk = catalogue.disk_mib(catalogue.core(), roles) + 2048;
  const auto free_memory = probe.value("/memory_mib/free"_json_pointer, std::int64_t{0});
  if (free_memory < memory)
    tell(call, true,
         fmt::format("{} MiB of memory are free on {}, the node needs {}", free_memory, server.host.name(),
                     memory),
         "end something there, or give fewer roles", "roles");
  const Json disks = probe.value("disk_free_mib", Json::object());
  for (const auto& [folder, free] : disks.items())
    if (free.get<std::int64_t>() < disk) {
      tell(call, true,
           fmt::format("{} MiB of disk are free at {} of {}, the node needs {}", free.get<std::int64_t>(),
                       folder, server.host.name(), disk),
           "free space there", place);
      break;
    }
}

// A link that must exist, and not be the one that the server is reached by.
void check_link(const std::string& name, const char* attribute, const Server& server,
                const std::string& address, Call& call) {
  if (name.empty()) return;
  const auto path = Path("network").attribute(attribute);
  if (const auto own = server.links_of.find(address); own != server.links_of.end() && own->second == name)
    tell(call, true,
         fmt::format("the link {} of {} carries its address {}: as a bridge's port it would lose it", name,
                     server.host.name(), address),
         "name another link", path);
  if (has(server.links, name)) return;
  std::string known;
  for (const auto& one : server.links)
    if (one != "lo") known += (known.empty() ? "" : ", ") + one;
  tell(call, true, fmt::format("{} has no link {}", server.host.name(), name), "one of " + known, path);
}

void check_physical_networks(const std::vector<PhysicalNetwork>& networks, const Server& server,
                             const std::string& address, Call& call) {
  for (const auto& one : networks)
    check_link(one.interface.value_or(""), "physical_networks", server, address, call);
}

// Links that must exist, an address that must be its own, and a way for tunnels.
void check_links(const NodeModel& node, const Server& server, Call& call) {
  const auto wish = addresses_of_server(node);
  const Path network("network");
  check_link(wish.tunnel_interface, "tunnel_interface", server, wish.management, call);
  check_link(wish.external_interface, "external_interface", server, wish.management, call);
  if (node.network.is_known() && node.network->physical_networks.is_known())
    check_physical_networks(*node.network->physical_networks, server, wish.management, call);
  if (!parse_address(wish.management))
    return tell(call, true, fmt::format("{} is no IPv4 address", wish.management),
                "give the node's management address in network.address", network.attribute("address"));
  if (!has(server.addresses, wish.management))
    tell(call, true, fmt::format("{} does not have the address {}", server.host.name(), wish.management),
         "give one it has in network.address", network.attribute("address"));
  if (wish.tunnel == wish.management && !server.probe.value("openvswitch_module", false))
    tell(call, true,
         "the kernel of " + server.host.name() + " has no Open vSwitch, and no link is named for tunnels",
         "give network.tunnel_interface and network.tunnel_address, or load the module openvswitch",
         network.attribute("tunnel_interface"));
}

// Addresses in the cluster's networks that must be nobody's.
void check_addresses(AnyCloud& cloud, const Profile& control, const std::optional<Deployment>& deployment,
                     const NodeModel& node, const Server& server, Path place, Call& call) {
  const auto wish = addresses_of_server(node);
  const Path network("network");
  if (deployment)
    for (const auto& [name, member] : deployment->members)
      if (name != *node.name && member.address == wish.management)
        tell(call, true, fmt::format("the address {} is in use by node {}", wish.management, name),
             "give another address in network.address", place);
  if (wish.tunnel == wish.management) return;
  if (!control.network.tunnel_interface.empty()) {
    const auto tunnels = Subnet::parse(control.network.tunnel_ip + "/24");
    if (tunnels && !tunnels->contains(wish.tunnel))
      return tell(
          call, true,
          fmt::format("{} is not in {}, the network of the cluster's tunnels", wish.tunnel, tunnels->text()),
          "give a free address of it", network.attribute("tunnel_address"));
  }
  if (has(server.addresses, wish.tunnel)) return;
  Command ask_for_it{{"ping", "-c", "1", "-W", "1", wish.tunnel}};
  ask_for_it.limit = std::chrono::seconds(5);
  const auto first = cloud.node();
  if (!first) return;
  if (const auto answered = (*first)->run(ask_for_it, call.stop()); answered && answered->ok())
    tell(call, true, fmt::format("the address {} is in use: something answers on it", wish.tunnel),
         "give a free address of that network", network.attribute("tunnel_address"));
}

// What of a hypervisor's settings its hardware cannot be. `host`: the node itself, or the host of a machine that is yet to be
// made, whose hardware is the machine's.
void check_settings(const Json& config, const NodeModel& node, const std::string& tunnel, Host& host,
                    Call& call) {
  if (config.empty()) return;
  const auto tree = record_sys_tree(host, call.stop());
  if (!tree) return tell_why(call, tree.error(), "compute");
  Profile profile;
  profile.node.roles = node.roles->items;
  profile.components = {{"compute", config}};
  profile.network.tunnel_ip = tunnel;
  for (const auto& finding : compute_findings(profile, hardware(sys_tree(*tree)))) {
    const auto& path = finding.attribute;  // components.0.config.hugepages.1
    const auto setting = path.size() > 3 ? path[3] : std::string();
    if (setting == "migration_address" && node.machine.is_known()) continue;  // it has addresses of its own
    tell(call, finding.blocking, finding.what, finding.fix, Path("compute").attribute(setting));
  }
}

// Two servers of one host name are one hypervisor for Placement.
void check_host_name(Clouds& clouds, AnyCloud& cloud, const std::optional<Deployment>& deployment,
                     const NodeModel& node, Host& server, Path place, Call& call) {
  const auto name = host_name_of(server, call.stop());
  if (!name) return tell_why(call, name.error(), place);
  std::string owner = deployment ? node_with_host_name(*deployment, *name, *node.name) : std::string();
  if (owner.empty())
    if (const auto taken = cloud.host_name(); taken && *taken == *name) owner = cloud.machine();
  if (owner.empty()) owner = clouds.planned.claim_host_name(*node.cluster_id, *name, *node.name);
  if (!owner.empty()) {
    const auto error = host_name_is_taken(*name, server, owner);
    tell(call, true, error.what, error.fix, std::move(place));
  }
}

void look_at_server(Clouds& clouds, AnyCloud& cloud, const Profile& control,
                    const std::optional<Deployment>& deployment, const NodeModel& node, Call& call) {
  const Path place(node.ssh.is_known() ? "ssh" : "local");
  ClusterNode there = cloud.member(*node.name, place_of(node, clouds.ssh));
  const auto host = there.host();
  if (!host) return tell_why(call, host.error(), place);
  const auto installed = there.profile();
  if (!installed) return tell_why(call, installed.error(), place);
  if (*installed) {
    const auto& profile = **installed;
    if (profile.cluster.name != cloud.name() || profile.node.name != *node.name)
      tell(call, true,
           fmt::format("{} is node {} of cluster {} already", (*host)->name(), profile.node.name,
                       profile.cluster.name),
           "take it out of that cluster first, or run there: microstack-hypervisor remove", place);
    return;  // begun before: gone on with
  }
  const auto server = look_at(**host, call.stop());
  if (!server) return tell_why(call, server.error(), place);
  check_what_it_is(clouds.catalogue(), control.cluster.release, node, *server, place, call);
  check_links(node, *server, call);
  check_addresses(cloud, control, deployment, node, *server, place, call);
  check_host_name(clouds, cloud, deployment, node, **host, place, call);
  check_settings(settings_of(node, control, clouds.catalogue()), node, addresses_of_server(node).tunnel,
                 **host, call);
}

// The same where nobody knows yet which cluster it will be.
void look_at_server_to_be(Clouds& clouds, const NodeModel& node, Call& call) {
  const Path place(node.ssh.is_known() ? "ssh" : "local");
  const auto there = clouds.node_to_be(node.name.value_or(""), place_of(node, clouds.ssh));
  if (!there) return later(call, there.error().text(), place);
  const auto host = (*there)->host();
  if (!host) return tell_why(call, host.error(), place);
  const auto installed = (*there)->profile();
  if (!installed) return tell_why(call, installed.error(), place);
  if (*installed) return;  // of an apply that was cut off, or of another cluster: apply can tell them apart
  const auto server = look_at(**host, call.stop());
  if (!server) return tell_why(call, server.error(), place);
  check_what_it_is(clouds.catalogue(), Profile{}.cluster.release, node, *server, place, call);
  check_links(node, *server, call);
  check_settings(config_of(node.compute), node, addresses_of_server(node).tunnel, **host, call);
}

// Machines of this host are looked at along with their cluster's own; here, whether there is room for all of them.
void check_room(Clouds& clouds, const NodeModel& node, const Json& probe, Path place, Call& call) {
  const auto& catalogue = clouds.catalogue();
  const auto& roles = node.roles->items;
  const Planned::Room wanted{1, catalogue.memory_mib(catalogue.core(), roles),
                             catalogue.disk_mib(catalogue.core(), roles)};
  if (const auto lacking =
          lack_of_room(clouds.planned, place_of(node, clouds.ssh), node.name.value_or(""), wanted, probe))
    tell(call, true, *lacking, "plan fewer of them, put some on another host, or end something there",
         std::move(place));
}

void look_at_machine_host(Clouds& clouds, AnyCloud& cloud, const Profile& control, const NodeModel& node,
                          Call& call) {
  auto watch = watching(call);
  watch.limit = limit;
  const Path place = node.machine->host.is_known() ? Path("machine").attribute("host") : Path("machine");
  ClusterNode there = cloud.member(*node.name, place_of(node, clouds.ssh));
  const auto machine = there.machine_status(watch);
  if (!machine) return tell_why(call, machine.error(), place);
  if (!machine->is_null()) return;  // is resumed or adopted: it has what it needs
  const auto spec = machine_spec(node, cloud.name(), control, clouds.catalogue(), 0);
  if (!spec) return tell_why(call, spec.error(), place);
  const auto probe = there.on_host({"probe", "--machine"}, spec->dump(), watch);
  if (!probe) return tell_why(call, probe.error(), place);
  for (const auto& finding : probe->value("findings", Json::array())) {
    const auto attribute = finding.value("attribute", std::vector<std::string>());
    tell(call, finding.value("blocking", true), finding.value("what", std::string()),
         finding.value("fix", std::string()),
         !attribute.empty() && attribute.front() == "devices" ? Path("machine").attribute("devices") : place);
  }
  check_room(clouds, node, *probe, place, call);
  if (LocalHost local; !node.machine->host.is_known())
    check_settings(settings_of(node, control, clouds.catalogue()), node, {}, local, call);
}

// The same where there is no cluster yet: another host is reached, and has room; what this one lacks its cluster says.
void look_at_machine_host_to_be(Clouds& clouds, const NodeModel& node, Call& call) {
  const bool elsewhere = node.machine->host.is_known();
  const Path place = elsewhere ? Path("machine").attribute("host") : Path("machine");
  Place at{.kind = elsewhere ? Place::Kind::ssh : Place::Kind::local};
  if (elsewhere) at.ssh = *place_of(node, clouds.ssh).outer;
  const auto there = clouds.node_to_be(node.name.value_or(""), at);
  if (!there) return later(call, there.error().text(), place);
  const auto host = (*there)->host();
  if (!host) return tell_why(call, host.error(), place);
  const auto probe =
      probe_host(**host, elsewhere ? Places{} : Places::from_environment(), false, call.stop());
  if (!probe) return tell_why(call, probe.error(), place);
  check_room(clouds, node, *probe, place, call);
  check_settings(config_of(node.compute), node, {}, **host, call);
}

bool machine_wants_hugepages(const NodeModel& node, Call& call) {
  if (!node.machine.is_known() || !node.compute.is_known() || !node.compute->hugepages.is_known() ||
      node.compute->hugepages->empty())
    return false;
  tell(call, true, "huge pages cannot be taken in a machine: the kernel is its host's",
       "leave hugepages out, or make the node of a server", Path("compute").attribute("hugepages"));
  return true;
}

Attr<std::vector<PhysicalNetwork>> physical_networks(const NodeModel& node) {
  return node.network.is_known() ? node.network->physical_networks : Attr<std::vector<PhysicalNetwork>>();
}

}  // namespace

void preflight_change(Clouds& clouds, const NodeModel& prior, const NodeModel& planned, Call& call) {
  if (!planned.cluster_id.is_known() || !planned.name.is_known() || planned.compute.is_unknown() ||
      planned.network.is_unknown() || planned.roles.is_unknown() ||
      (prior.compute == planned.compute && physical_networks(prior) == physical_networks(planned)))
    return;
  if (machine_wants_hugepages(planned, call)) return;
  const auto cloud = clouds.any(*planned.cluster_id);
  if (!cloud) return tell_why(call, cloud.error(), "cluster_id");
  const auto control = (*cloud)->known_profile();
  ClusterNode there = (*cloud)->member(*planned.name, place_of(planned, clouds.ssh));
  const auto host = there.host();
  if (!control || !*control || !host) return;  // what is dead must not block its own repair
  if (const auto networks = physical_networks(planned); networks.is_known()) {
    const auto server = look_at(**host, call.stop());
    if (server) check_physical_networks(*networks, *server, planned.address.value_or(""), call);
  }
  check_settings(settings_of(planned, **control, clouds.catalogue()), planned,
                 planned.tunnel_address.is_known() ? *planned.tunnel_address : std::string(), **host, call);
}

void preflight(Clouds& clouds, const NodeModel& planned, Call& call) {
  for (const auto& [unknown, path] :
       {std::pair{planned.machine.is_unknown(), "machine"}, std::pair{planned.ssh.is_unknown(), "ssh"},
        std::pair{planned.local.is_unknown(), "local"}, std::pair{planned.network.is_unknown(), "network"},
        std::pair{planned.roles.is_unknown(), "roles"}})
    if (unknown) return later(call, "It is known after apply.", path);
  const auto reached = [](const Attr<SshAccess>& ssh) {
    return ssh.is_null() || (ssh.is_known() && ssh->host.is_known() && ssh->host_key.is_known() &&
                             !ssh->user.is_unknown() && !ssh->port.is_unknown() && !ssh->jump.is_unknown());
  };
  if (!reached(planned.ssh)) return later(call, "The server is known after apply.", "ssh");
  if (planned.machine.is_known() && !reached(planned.machine->host))
    return later(call, "The host is known after apply.", Path("machine").attribute("host"));
  if (planned.local.is_known() && !planned.local->address.is_known())
    return later(call, "It is known after apply.", Path("local").attribute("address"));
  if (planned.machine.is_known() && planned.network.is_known())
    return tell(call, true, "only a server has links and addresses of its own",
                "leave network out; the cluster's networks on the machine's host are used", "network");
  if (machine_wants_hugepages(planned, call)) return;
  const auto to_be = [&](const std::string& why) {
    later(call, why, "cluster_id");
    if (planned.machine.is_known())
      look_at_machine_host_to_be(clouds, planned, call);
    else
      look_at_server_to_be(clouds, planned, call);
  };
  if (planned.cluster_id.is_unknown())
    return to_be("Its cluster is known after apply: whether its addresses fit there is looked at then.");
  if (!planned.name.is_known()) return later(call, "Its name is known after apply.", "name");
  const auto cloud = clouds.any(*planned.cluster_id);
  if (!cloud) return tell_why(call, cloud.error(), "cluster_id");
  const auto control = (*cloud)->known_profile();
  if (!control) return later(call, control.error().text(), "cluster_id");
  if (!*control) return to_be("The cluster is not installed yet.");
  const auto deployment = (*cloud)->snapshot();
  const auto known = deployment ? *deployment : std::nullopt;
  if (planned.machine.is_known()) return look_at_machine_host(clouds, **cloud, **control, planned, call);
  look_at_server(clouds, **cloud, **control, known, planned, call);
}

}  // namespace microstack::provider
