#include "provider/resources/node_joining.h"

#include <fmt/format.h>

#include "engine/cloud/guests.h"
#include "engine/cloud/merge_patch.h"
#include "provider/cloud/watching.h"
#include "provider/resources/cluster_record.h"
#include "provider/resources/node_place.h"
#include "provider/resources/stopwatch.h"

namespace microstack::provider {

using namespace terraform;
using namespace std::chrono_literals;

namespace {

constexpr auto up_limit = 180s;  // from installed to `up` in Nova

Result<Json> bring_up(const Clouds& clouds, ClusterNode& there, AnyCloud& cloud, const NodeModel& node,
                      const Profile& control, const Watch& watch) {
  MS_TRY(const auto record, cloud.snapshot());
  int index = 0;
  if (record)
    if (const auto member = record->members.find(*node.name); member != record->members.end())
      index = member->second.host.value("index", 0);
  MS_TRY(const auto spec, machine_spec(node, cloud.name(), control, clouds.catalogue(), index));
  return there.on_host({"machine", "up"}, spec.dump(), watch);
}

// Writes the member down before anything of it is made, and says its addresses. All that is written of the nodes of
// one apply is written at once: their addresses are decided here.
Result<NodeAddresses> place_in_cluster(const Clouds& clouds, AnyCloud& cloud, ClusterNode& there,
                                       const NodeModel& node, const Profile& control, Call& call) {
  const auto watch = watching(call);
  auto member = member_of(node);
  NodeAddresses addresses;
  Host* server = nullptr;
  int index = 0;
  const bool by_index = node.machine.is_known() && addresses_of_machine(control, 1);
  if (node.machine.is_known() && cloud.machine().empty()) {  // no node comes before it: its host chooses
    if (node.machine->host.is_known())
      return ask("a machine on another host shares the networks of the cluster's first node, and cluster " +
                     cloud.name() + " has none",
                 {}, "make that host the node: ssh = { ... }", {"machine", "host"});
    MS_TRY(const Json machine, bring_up(clouds, there, cloud, node, control, watch));
    addresses = addresses_of_machine(machine);
  } else if (node.machine.is_known()) {
    if (!by_index)
      return ask("a machine needs a cluster whose first node is a machine: it shares that one's networks",
                 cloud.name(), "make the node of a server: ssh = { ... }", {"machine"});
    MS_TRY(const Json machine, there.machine_status(watch));
    if (!machine.is_null()) index = machine.value("index", 0);
  } else {
    addresses = addresses_of_server(node);
    MS_TRY(server, there.host());
    MS_TRY(const auto host_name, host_name_of(*server, call.stop()));
    member.host["host_name"] = host_name;
  }
  std::optional<Error> refused;  // by what others wrote down meanwhile
  MS_CHECK(cloud.edit_deployment(
      [&](const std::optional<Deployment>& record) -> Json {
        if (!record) return Json::object();
        const auto was = record->members.find(member.name);
        refused.reset();
        if (const auto name = member.host.value("host_name", std::string()); !name.empty())
          if (const auto owner = node_with_host_name(*record, name, member.name); !owner.empty()) {
            refused = host_name_is_taken(name, *server, owner);
            return Json::object();
          }
        if (by_index) {
          int chosen = index;  // anew at each attempt: another apply may have taken the free one
          if (chosen == 0 && was != record->members.end()) chosen = was->second.host.value("index", 0);
          if (chosen == 0) chosen = free_index(*record);
          member.host["index"] = chosen;
          addresses = *addresses_of_machine(control, chosen);
        }
        member.address = addresses.management;
        Deployment now = *record;
        now.members[member.name] = member;
        return merge_patch(to_json(*record), to_json(now));
      },
      watch));
  if (refused) return std::move(*refused);
  return addresses;
}

Status wait_until_up(AnyCloud& cloud, const NodeModel& node, Call& call) {
  openstack::Wait wait;
  wait.limit = up_limit;
  wait.pause = 250ms;
  wait.stop = call.stop();
  const auto watch = watching(call);
  return openstack::wait_until("hypervisor " + *node.name + " to be up in Nova", wait, [&]() -> Result<bool> {
    MS_TRY(const auto services, cloud.compute_services(watch));
    return hypervisor_state(services, node) == "up";
  });
}

}  // namespace

std::string hypervisor_state(const std::vector<openstack::ComputeService>& services, const NodeModel& node) {
  if (!computes(node)) return "";
  for (const auto& service : services)
    if (service.binary == "nova-compute" && service.host == *node.name) return service.up ? "up" : "down";
  return "down";
}

bool is_leaving(const std::vector<openstack::ComputeService>& services, const NodeModel& node) {
  return std::any_of(services.begin(), services.end(), [&](const auto& service) {
    return service.host == *node.name && microstack::is_leaving(service);
  });
}

Status adopt_node(AnyCloud& cloud, const NodeModel& node, Call& call) {
  MS_TRY(const auto record, cloud.snapshot());
  if (!record)
    return ask("cluster " + cloud.name() + " is not finished", *node.cluster_id, "apply it first",
               {"cluster_id"});
  const auto found = record->members.find(*node.name);
  if (found == record->members.end()) return {};
  if (is_same_place(found->second, node)) {
    const auto services = cloud.compute_services(watching(call));
    if (services && hypervisor_state(*services, node) == "up")
      call.warn("Node " + *node.name + " was there already", "It is managed by this state from now on.");
    return {};
  }
  return ask("another node " + *node.name + " is in the cluster already", found->second.address,
             "give this one another name, or take that one over:\n\n" +
                 import_block("microstack_node.this", id_of_node(*node.cluster_id, *node.name)) + "\n",
             {"name"});
}

Status join_cluster(Clouds& clouds, AnyCloud& cloud, NodeModel& node, Call& call) {
  const auto watch = watching(call);
  Stopwatch clock;
  clock.begin("join");
  ClusterNode there = reach(clouds, cloud, node);
  MS_TRY(const auto control, cloud.known_profile());
  if (!control)
    return ask("cluster " + cloud.name() + " is not finished", *node.cluster_id, "apply it first",
               {"cluster_id"});
  MS_TRY(auto addresses, place_in_cluster(clouds, cloud, there, node, *control, call));
  auto profile = profile_of(node, *control, clouds.catalogue(), addresses);
  MS_CHECK(cloud.join(profile, watch));
  for (auto& [name, value] : secrets_of(node.compute)) profile.secrets[name] = value;
  if (node.machine.is_known() && addresses_of_machine(*control, 1)) {
    clock.begin("machine");
    MS_TRY(const Json machine, bring_up(clouds, there, cloud, node, *control, watch));
    const auto got = addresses_of_machine(machine);
    if (got.management != addresses.management)
      return give_up(fmt::format("machine {} has the address {}, not {}", *node.name, got.management,
                                 addresses.management),
                     there.place().outer ? there.place().outer->host : std::string("this host"),
                     "remove it: microstack-hypervisor machine remove " + cloud.name() + " " + *node.name);
  }
  clock.begin("install");
  MS_TRY(const Json facts, there.install(profile, watch));
  if (computes(node)) {
    clock.begin("hypervisor up");
    MS_CHECK(wait_until_up(cloud, node, call));
    MS_TRY(const auto services, cloud.compute_services(watch));
    if (is_leaving(services, node)) {
      MS_TRY(auto* admin, cloud.admin(watch));
      MS_CHECK(openstack::enable_compute_service(*admin, *node.name, call.stop()));
    }
  }
  node.address = addresses.management;
  node.tunnel_address = addresses.tunnel;
  node.hypervisor = std::string(computes(node) ? "up" : "");
  if (!node.phases.is_known() || node.phases->empty()) node.phases = clock.take();
  node.drift = std::vector<std::string>{};
  return {};
}

}  // namespace microstack::provider
