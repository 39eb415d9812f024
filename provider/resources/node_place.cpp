#include "provider/resources/node_place.h"

#include <algorithm>
#include <set>

#include "engine/cloud/components.h"
#include "engine/machines/address.h"
#include "engine/machines/machine_seed.h"
#include "engine/machines/machine_spec.h"
#include "provider/framework/msgpack.h"

namespace microstack::provider {

using namespace terraform;

namespace {

SshTarget target_of(const SshAccess& access, const SshDefaults& from) {
  SshTarget target;
  target.host = *access.host;
  target.port = static_cast<int>(access.port.value_or(22));
  target.user = access.user.value_or(from.user.empty() ? "root" : from.user);
  target.host_key = *access.host_key;
  target.key_file = access.private_key_file.value_or("");
  target.agent_socket = access.agent_socket.value_or("");
  if (target.key_file.empty() && target.agent_socket.empty()) {
    target.key_file = from.private_key_file;
    target.key = from.private_key;
  }
  if (access.jump.is_known()) {
    SshAccess jump;
    jump.host = access.jump->host;
    jump.port = access.jump->port;
    jump.user = access.jump->user;
    jump.host_key = access.jump->host_key;
    jump.private_key_file =
        access.jump->private_key_file.is_known() ? access.jump->private_key_file : access.private_key_file;
    target.jump = std::make_shared<SshTarget>(target_of(jump, from));
  }
  return target;
}

Json without_nulls(const Json& json) {
  if (!json.is_object()) return json;
  Json out = Json::object();
  for (const auto& [key, value] : json.items())
    if (!value.is_null()) out[key] = without_nulls(value);
  return out;
}

constexpr const char* kinds[] = {"machine", "ssh", "local"};
constexpr const char* written[] = {"machine", "ssh", "local", "network", "compute", "guests"};

}  // namespace

std::string id_of_node(const std::string& cluster_id, const std::string& name) {
  return cluster_id + "/" + name;
}

std::string name_of_node(const std::string& cluster, const NodeModel& node) {
  if (node.name.is_known()) return *node.name;
  std::string place;
  if (node.ssh.is_known() && node.ssh->host.is_known()) place = *node.ssh->host;
  if (node.local.is_known()) place = "local";
  if (place.empty()) return {};
  for (char& c : place)
    c = std::isalnum(static_cast<unsigned char>(c)) ? static_cast<char>(std::tolower(c)) : '-';
  return cluster + "-" + place;
}

Place place_of(const NodeModel& node, const SshDefaults& from) {
  Place place;
  if (node.local.is_known()) place.kind = Place::Kind::local;
  if (node.ssh.is_known()) {
    place.kind = Place::Kind::ssh;
    place.ssh = target_of(*node.ssh, from);
  }
  if (node.machine.is_known() && node.machine->host.is_known())
    place.outer = target_of(*node.machine->host, from);
  return place;
}

ClusterNode reach(const Clouds& clouds, const AnyCloud& cloud, const NodeModel& node) {
  return cloud.member(*node.name, place_of(node, clouds.ssh));
}

bool computes(const NodeModel& node) {
  const auto& roles = node.roles->items;
  return std::find(roles.begin(), roles.end(), "compute") != roles.end();
}

Deployment::Member member_of(const NodeModel& node) {
  Deployment::Member member;
  member.name = *node.name;
  member.roles = node.roles->items;
  std::sort(member.roles.begin(), member.roles.end());
  const Json all =
      without_keys(without_nulls(Json::parse(to_json_text(codec::Codec<NodeModel>::write(node)))));
  for (const char* key : written)
    if (all.contains(key)) member.host[key] = all[key];
  return member;
}

Status take_member(const Deployment::Member& member, NodeModel& node) {
  node.name = member.name;
  node.roles = Set<std::string>{member.roles};
  Value value = codec::Codec<NodeModel>::write(node);
  const auto& type = model_of<NodeModel>().schema.type;
  MS_TRY(Value kept, parse_json(member.host.dump()));
  MS_TRY(kept, fit(std::move(kept), type));  // attributes that are no more are dropped
  for (const char* key : written) value.set_member(key, *kept.find(key));
  return codec::Codec<NodeModel>::read(value, node);
}

bool is_same_place(const Deployment::Member& member, const NodeModel& node) {
  const Json wanted = member_of(node).host;
  for (const char* kind : kinds) {
    if (member.host.contains(kind) != wanted.contains(kind)) return false;
    if (!wanted.contains(kind)) continue;
    const auto host = [&](const Json& json) {
      const Json place = json.at(kind);
      const Json outer = place.value("host", Json());  // a text of ssh, an object of machine
      return outer.is_object() ? outer.value("host", Json()) : outer;
    };
    if (host(member.host) != host(wanted)) return false;
  }
  return true;
}

Result<std::string> host_name_of(Host& server, std::stop_token stop) {
  MS_TRY(auto name, run_ok(server, Command{{"hostname"}}, stop));
  while (!name.empty() && std::isspace(static_cast<unsigned char>(name.back()))) name.pop_back();
  return name;
}

std::string node_with_host_name(const Deployment& deployment, const std::string& host_name,
                                const std::string& other_than) {
  for (const auto& [name, member] : deployment.members) {
    const bool server = member.host.contains("ssh") || member.host.contains("local");
    if (name != other_than && member.host.value("host_name", server ? std::string() : name) == host_name)
      return name;
  }
  return {};
}

Error host_name_is_taken(const std::string& host_name, const Host& server, const std::string& owner) {
  return ask("node " + owner + " has the host name " + host_name + " already", server.name(),
             "give the server a host name of its own: hostnamectl set-hostname NAME, on it", {"ssh"});
}

int free_index(const Deployment& deployment) {
  std::set<int> taken = {1};  // the first node's
  for (const auto& [name, member] : deployment.members) taken.insert(member.host.value("index", 0));
  int index = 1;
  while (taken.contains(index)) ++index;
  return index;
}

std::optional<NodeAddresses> addresses_of_machine(const Profile& control, int index) {
  const auto management = control.node.addresses.find("management");
  if (management == control.node.addresses.end() || control.network.tunnel_interface != kTunnelLink ||
      control.control.api_address == management->second)
    return std::nullopt;
  const auto nodes = Subnet::parse(management->second + "/24"),
             tunnels = Subnet::parse(control.network.tunnel_ip + "/24");
  if (!nodes || !tunnels) return std::nullopt;
  const auto host = static_cast<unsigned>(10 + index);
  return NodeAddresses{nodes->address(host), tunnels->address(host), kTunnelLink, kExternalLink};
}

NodeAddresses addresses_of_machine(const Json& machine) {
  const auto at = [&](const char* pointer) {
    return machine.value(Json::json_pointer(pointer), std::string());
  };
  return {at("/addresses/management"), at("/addresses/tunnel"), at("/interfaces/tunnel"),
          at("/interfaces/external")};
}

NodeAddresses addresses_of_server(const NodeModel& node) {
  NodeAddresses out;
  if (node.ssh.is_known()) out.management = *node.ssh->host;
  if (node.local.is_known()) out.management = *node.local->address;
  if (node.network.is_known()) {
    out.management = node.network->address.value_or(out.management);
    out.tunnel = node.network->tunnel_address.value_or("");
    out.tunnel_interface = node.network->tunnel_interface.value_or("");
    out.external_interface = node.network->external_interface.value_or("");
  }
  if (out.tunnel.empty()) out.tunnel = out.management;
  return out;
}

Json settings_of(const NodeModel& node, const Profile& control, const Catalogue& catalogue) {
  for (const auto& choice : choices_for(control, catalogue, node.roles->items))
    if (choice.name == "compute") {
      Json config = choice.config;
      config.update(config_of(node.compute));
      return config;
    }
  return Json();
}

Profile profile_of(const NodeModel& node, const Profile& control, const Catalogue& catalogue,
                   const NodeAddresses& addresses) {
  Profile profile;
  profile.cluster = control.cluster;
  profile.cluster.id = *node.cluster_id;
  profile.node.name = *node.name;
  profile.node.roles = node.roles->items;
  std::sort(profile.node.roles.begin(), profile.node.roles.end());
  profile.node.addresses["management"] = addresses.management;
  profile.control = control.control;
  profile.components = choices_for(control, catalogue, profile.node.roles);
  for (auto& choice : profile.components)
    if (choice.name == "compute") choice.config = settings_of(node, control, catalogue);
  profile.network.mtu = control.network.mtu;
  profile.network.dns = control.network.dns;
  profile.network.tunnel_ip = addresses.tunnel;
  profile.network.tunnel_interface = addresses.tunnel_interface;
  profile.network.gateway = profile.has_role("network");
  if (node.network.is_known() && node.network->physical_networks.is_known()) {
    for (const auto& one : *node.network->physical_networks)
      profile.network.physnets.push_back({*one.name, *one.bridge, one.interface.value_or("")});
  } else if (profile.network.gateway)
    for (auto physnet : control.network.physnets) {
      physnet.interface = addresses.external_interface;
      profile.network.physnets.push_back(std::move(physnet));
    }
  profile.packages = control.packages;
  return profile;
}

Result<Json> machine_spec(const NodeModel& node, const std::string& cluster, const Profile& control,
                          const Catalogue& catalogue, int index) {
  MS_TRY(const Json release, catalogue.release(control.cluster.release));
  MachineSpec spec;
  spec.cluster = cluster;
  spec.name = *node.name;
  spec.index = index;
  spec.image.release = control.cluster.release;
  spec.image.suite = release.value("suite", spec.image.suite);
  spec.image.mirror =
      control.packages.mirror.empty() ? release.value("mirror", spec.image.mirror) : control.packages.mirror;
  spec.image.proxy = control.packages.proxy;
  spec.prepared = "auto";
  spec.memory_mib = catalogue.memory_mib(catalogue.core(), node.roles->items);
  spec.disk_mib = catalogue.disk_mib(catalogue.core(), node.roles->items);
  spec.devices = node.machine->devices.value_or({});
  if (node.machine->host.is_known()) {  // in the networks of the first node's host
    const auto first = control.node.addresses.find("management");
    const auto network = [](const std::string& address) {
      const auto subnet = Subnet::parse(address + "/24");
      return subnet ? subnet->text() : std::string();
    };
    if (first != control.node.addresses.end())
      spec.networks.management = network(first->second),
      spec.networks.tunnel = network(control.network.tunnel_ip);
    spec.networks.management_link = node.machine->management_interface.value_or("");
    spec.networks.tunnel_link = node.machine->tunnel_interface.value_or("");
  }
  return encode(spec);
}

}  // namespace microstack::provider
