#include "provider/resources/node.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/cloud/components.h"
#include "engine/cloud/guests.h"
#include "engine/cloud/merge_patch.h"
#include "provider/cloud/leaving.h"
#include "provider/cloud/watching.h"
#include "provider/resources/cluster_record.h"
#include "provider/resources/node_place.h"
#include "provider/resources/node_preflight.h"
#include "provider/resources/stopwatch.h"

namespace microstack::provider {
namespace {

using namespace terraform;
using namespace std::chrono_literals;

constexpr auto refusal_wait = 60s;  // guests of the same destroy are on their way out
constexpr auto up_limit = 180s;     // from installed to `up` in Nova

bool computes(const std::vector<std::string>& roles) {
  return std::find(roles.begin(), roles.end(), "compute") != roles.end();
}

Guests guests_of(const NodeModel& node) {
  const auto wish = node.guests.value_or("refuse");
  return wish == "migrate" ? Guests::migrate : wish == "stop" ? Guests::stop : Guests::refuse;
}

class NodeResource : public Resource<NodeModel> {
 public:
  explicit NodeResource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "node"; }
  bool resumable() const override { return true; }
  std::string import_id() const override { return "CLUSTER_ID/NAME"; }

  Status validate(const NodeModel& node, Call&) override {
    if (node.machine.is_known() && node.name.is_null())
      return ask("A machine needs a name", {}, "Give it one, such as name = \"demo-2\".", {"name"});
    if (node.machine.is_known() && node.machine->host.is_known() &&
        node.machine->management_interface.is_null())
      return ask("A machine on another host needs links to the cluster's networks", {},
                 "Give machine.management_interface and machine.tunnel_interface: links of that host, "
                 "without addresses, "
                 "that lead to the cluster's networks on this one.",
                 {"machine"});
    return {};
  }

  Status plan(terraform::Plan<NodeModel>& plan, Call& call) override {
    auto& node = plan.planned;
    if (node.cluster_id.is_known()) {
      MS_TRY(const auto cluster, name_of_cluster(node));
      const auto name = name_of_node(cluster, node);
      if (!node.name.is_known() && !name.empty()) node.name = name;
      if (!node.id.is_known() && node.name.is_known()) node.id = id_of_node(*node.cluster_id, *node.name);
    }
    if (!plan.prior)
      preflight(clouds_, node, call);
    else
      preflight_change(clouds_, *plan.prior, node, call);
    return {};
  }

  // Guests are named, not refused: they may be leaving in the same apply.
  Status plan_removal(const NodeModel& node, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    mark_removal(*cloud, call);
    if (!computes(node.roles->items)) return {};
    auto watch = watching(call);
    watch.limit = 30s;
    const auto admin = cloud->admin(watch);
    if (!admin) return {};  // a dead cloud must not block the removal
    const auto there = openstack::servers_on(**admin, *node.name, call.stop());
    if (!there || there->empty()) return {};
    const std::string what =
        guests_of(node) == Guests::refuse
            ? "They must be gone before it leaves: the apply waits a minute for that. Or set guests "
              "= \"migrate\" or \"stop\" and apply that first."
        : guests_of(node) == Guests::migrate ? "They are migrated to other nodes."
                                             : "They are shelved: ended, and kept as images.";
    call.warn("Guests are on node " + *node.name + ": " + names_of(*there),
              what + " Where the cluster is destroyed in the same plan, they go with it.", "guests");
    return {};
  }

  Status create(NodeModel& node, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    if (!node.name.is_known()) node.name = name_of_node(cloud->name(), node);
    if (node.name->empty()) return ask("A machine needs a name", {}, {}, {"name"});
    node.id = id_of_node(*node.cluster_id, *node.name);
    MS_CHECK(adopt(*cloud, node, call));
    auto made = make(*cloud, node, call);
    if (made) return {};
    auto error = doing("joining node " + *node.name, std::move(made).error());
    error.causes.push_back(ask(
        "the next apply goes on where this one ended; to take away what exists instead: " +
        (node.machine.is_known() ? "microstack-hypervisor machine remove " + cloud->name() + " " + *node.name
                                 : std::string("microstack-hypervisor remove, on the node"))));
    return error;
  }

  Result<Found> read(NodeModel& node, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    ClusterNode there = reach(*cloud, node);
    if (node.machine.is_known()) {
      const auto machine = there.machine_status(watching(call));
      if (machine && machine->is_null()) return Found::no;  // the host's own record says so: proof
      if (machine && machine->value("leader", 0L) == 0) {
        node.drift = std::vector<std::string>{"machine " + *node.name + " is " +
                                              machine->value("state", std::string("off"))};
        node.hypervisor = std::string(computes(node.roles->items) ? "down" : "");
        return Found::yes;
      }
    }
    node.drift = std::vector<std::string>{};
    if (const auto record = cloud->snapshot(); record && *record) {
      const auto member = (*record)->members.find(*node.name);
      if (member == (*record)->members.end())
        node.drift->push_back("the control node does not know it");
      else
        node.roles = Set<std::string>{member->second.roles};
    }
    const auto said = there.status(watching(call));
    if (!said) {  // a dead node must not block its own repair or removal
      call.warn("Node " + *node.name + " cannot be looked at", said.error().text());
      node.drift->push_back("the node does not answer");
    } else {
      for (auto& text : drift_of(*said, [](const std::string&) { return true; }))
        node.drift->push_back(std::move(text));
      const Json running = said->value(Json::json_pointer("/facts/components"), Json());
      if (const auto record = cloud->snapshot(); record && *record && running.is_object())
        for (auto& text : component_drift(**record, clouds_.catalogue(), node.roles->items, running))
          node.drift->push_back(std::move(text));
      if (const auto control = cloud->known_profile(); control && *control && running.contains("compute"))
        if (running["compute"] != settings_of(node, **control, clouds_.catalogue()))
          node.drift->push_back("its hypervisor has other settings than the node and the cluster say");
    }
    const auto services = cloud->compute_services(watching(call));
    if (services) node.hypervisor = state_of(*services, node);
    if (services && is_leaving(*services, node))
      node.drift->push_back("nothing is placed on it: it was leaving");
    if (!node.hypervisor.is_known()) node.hypervisor = std::string();
    if (*node.hypervisor == "down") node.drift->push_back("nova-compute is down for Nova");
    return Found::yes;
  }

  Status update(const NodeModel& before, NodeModel& node, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    const bool was = computes(before.roles->items), is = computes(node.roles->items);
    if (was && !is) MS_CHECK(empty(*cloud, node, true, call));
    MS_CHECK(make(*cloud, node, call));
    if (was && !is) MS_CHECK(forget(*cloud, node, {"compute"}, call));
    return {};
  }

  Status remove(const NodeModel& node, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    if (goes_along(*cloud, call)) return undo(*cloud, node, call);
    const bool alive = is_alive(*cloud, node, call);
    if (computes(node.roles->items)) MS_CHECK(empty(*cloud, node, alive, call));
    MS_CHECK(undo(*cloud, node, call));
    return forget(*cloud, node, node.roles->items, call);
  }

  Status import(const ImportRequest& from, NodeModel& node, Call&) override {
    if (!from.by_identity) node.id = from.id;
    const auto slash = node.id->rfind('/');
    if (slash == std::string::npos) return ask("The id must be CLUSTER_ID/NAME", {}, {}, {"id"});
    node.cluster_id = node.id->substr(0, slash);
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    MS_TRY(const auto record, cloud->snapshot());
    const auto name = node.id->substr(slash + 1);
    const auto members = record ? record->members : std::map<std::string, Deployment::Member>();
    const auto member = members.find(name);
    if (member == members.end())
      return ask("There is no node " + name + " in the cluster", *node.cluster_id,
                 "see its nodes: microstack-hypervisor deployment show, on the control node", {"id"});
    MS_CHECK(take_member(member->second, node));
    MS_TRY(const auto control, cloud->profile());
    node.address = member->second.address;
    const auto index = member->second.host.value("index", 0);
    const auto computed = control ? addresses_of_machine(*control, index) : std::nullopt;
    node.tunnel_address = node.machine.is_known() ? (computed ? computed->tunnel : std::string())
                                                  : addresses_of_server(node).tunnel;
    node.phases = std::vector<Phase>{};
    return {};
  }

 private:
  Result<std::string> name_of_cluster(const NodeModel& node) {
    if (const auto id = ClusterId::parse(*node.cluster_id)) return id->name;
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    return cloud->name();
  }

  ClusterNode reach(const AnyCloud& cloud, const NodeModel& node) const {
    return cloud.member(*node.name, place_of(node, clouds_.ssh));
  }

  static std::string state_of(const std::vector<openstack::ComputeService>& services, const NodeModel& node) {
    if (!computes(node.roles->items)) return "";
    for (const auto& service : services)
      if (service.binary == "nova-compute" && service.host == *node.name) return service.up ? "up" : "down";
    return "down";
  }

  static bool is_leaving(const std::vector<openstack::ComputeService>& services, const NodeModel& node) {
    return std::any_of(services.begin(), services.end(), [&](const auto& service) {
      return service.host == *node.name && microstack::is_leaving(service);
    });
  }

  // A finished one of this name is taken over when it is at the same place; an unfinished one is gone on with.
  static Status adopt(AnyCloud& cloud, const NodeModel& node, Call& call) {
    MS_TRY(const auto record, cloud.snapshot());
    if (!record)
      return ask("cluster " + cloud.name() + " is not finished", *node.cluster_id, "apply it first",
                 {"cluster_id"});
    const auto found = record->members.find(*node.name);
    if (found == record->members.end()) return {};
    if (is_same_place(found->second, node)) {
      const auto services = cloud.compute_services(watching(call));
      if (services && state_of(*services, node) == "up")
        call.warn("Node " + *node.name + " was there already", "It is managed by this state from now on.");
      return {};
    }
    return ask("another node " + *node.name + " is in the cluster already", found->second.address,
               "give this one another name, or take that one over:\n\n" +
                   import_block("microstack_node.this", id_of_node(*node.cluster_id, *node.name)) + "\n",
               {"name"});
  }

  // From whatever is there to a node that is up.
  Status make(AnyCloud& cloud, NodeModel& node, Call& call) {
    const auto watch = watching(call);
    Stopwatch clock;
    clock.begin("join");
    ClusterNode there = reach(cloud, node);
    MS_TRY(const auto control, cloud.known_profile());
    if (!control)
      return ask("cluster " + cloud.name() + " is not finished", *node.cluster_id, "apply it first",
                 {"cluster_id"});
    MS_TRY(auto addresses, place_in_cluster(cloud, there, node, *control, call));
    auto profile = profile_of(node, *control, clouds_.catalogue(), addresses);
    MS_CHECK(cloud.join(profile, watch));
    for (auto& [name, value] : secrets_of(node.compute)) profile.secrets[name] = value;
    if (node.machine.is_known() && addresses_of_machine(*control, 1)) {
      clock.begin("machine");
      MS_TRY(const Json machine, bring_up(there, cloud, node, *control, watch));
      const auto got = addresses_of_machine(machine);
      if (got.management != addresses.management)
        return give_up(fmt::format("machine {} has the address {}, not {}", *node.name, got.management,
                                   addresses.management),
                       there.place().outer ? there.place().outer->host : std::string("this host"),
                       "remove it: microstack-hypervisor machine remove " + cloud.name() + " " + *node.name);
    }
    clock.begin("install");
    MS_TRY(const Json facts, there.install(profile, watch));
    if (computes(node.roles->items)) {
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
    node.hypervisor = std::string(computes(node.roles->items) ? "up" : "");
    if (!node.phases.is_known() || node.phases->empty()) node.phases = clock.take();
    node.drift = std::vector<std::string>{};
    return {};
  }

  Result<Json> bring_up(ClusterNode& there, AnyCloud& cloud, const NodeModel& node, const Profile& control,
                        const Watch& watch) const {
    MS_TRY(const auto record, cloud.snapshot());
    int index = 0;
    if (record)
      if (const auto member = record->members.find(*node.name); member != record->members.end())
        index = member->second.host.value("index", 0);
    MS_TRY(const auto spec, machine_spec(node, cloud.name(), control, clouds_.catalogue(), index));
    return there.on_host({"machine", "up"}, spec.dump(), watch);
  }

  // Writes the member down before anything of it is made, and says its addresses. All that is written of the nodes of
  // one apply is written at once: their addresses are decided here.
  Result<NodeAddresses> place_in_cluster(AnyCloud& cloud, ClusterNode& there, const NodeModel& node,
                                         const Profile& control, Call& call) const {
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
      MS_TRY(const Json machine, bring_up(there, cloud, node, control, watch));
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
            if (index == 0 && was != record->members.end()) index = was->second.host.value("index", 0);
            if (index == 0) index = free_index(*record);
            member.host["index"] = index;
            addresses = *addresses_of_machine(control, index);
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

  Status wait_until_up(AnyCloud& cloud, const NodeModel& node, Call& call) const {
    openstack::Wait wait;
    wait.limit = up_limit;
    wait.pause = 250ms;
    wait.stop = call.stop();
    const auto watch = watching(call);
    return openstack::wait_until("hypervisor " + *node.name + " to be up in Nova", wait,
                                 [&]() -> Result<bool> {
                                   MS_TRY(const auto services, cloud.compute_services(watch));
                                   return state_of(services, node) == "up";
                                 });
  }

  bool is_alive(AnyCloud& cloud, const NodeModel& node, Call& call) const {
    ClusterNode there = reach(cloud, node);
    const auto host = there.host();
    if (!host) return false;
    Command look{{"systemctl", "is-active", "--quiet", "nova-compute"}};
    look.limit = 15s;
    const auto answer = (*host)->run(look, call.stop());
    return answer && answer->ok();
  }

  // Without guests. Where the control plane is dead there is nobody to ask.
  Status empty(AnyCloud& cloud, const NodeModel& node, bool alive, Call& call) const {
    const auto admin = cloud.admin(watching(call));
    if (!admin) {
      call.warn("The cloud cannot be asked for guests on node " + *node.name, admin.error().text());
      return {};
    }
    openstack::Wait wait;
    wait.stop = call.stop();
    wait.limit = guests_of(node) == Guests::refuse ? std::chrono::milliseconds(refusal_wait) : 10min;
    wait.pause = 1s;
    MS_TRY(const auto services, cloud.compute_services(watching(call)));
    const bool known = std::any_of(services.begin(), services.end(), [&](const auto& service) {
      return service.binary == "nova-compute" && service.host == *node.name;
    });
    if (!known) return {};
    return vacate(**admin, *node.name, guests_of(node), alive, wait);
  }

  // The host as it was before: a machine vanishes, a server follows its own records.
  Status undo(AnyCloud& cloud, const NodeModel& node, Call& call) const {
    ClusterNode there = reach(cloud, node);
    if (node.machine.is_known()) {
      MS_TRY(const Json gone,
             there.on_host({"machine", "remove", cloud.name(), *node.name}, {}, watching(call)));
      if (node.machine->host.is_known()) return there.leave_host(watching(call));
      return {};
    }
    const auto undone = there.on_node({"remove"}, {}, watching(call));
    if (undone && node.local.is_known()) return {};
    if (undone) {  // the program was brought there
      MS_TRY(Host * server, there.host());
      return server->remove("/usr/local/lib/microstack");
    }
    if (undone.error().kind != ErrorKind::retry) return undone.error();
    call.warn("Server " + *node.name + " was not undone: it does not answer",
              undone.error().text() + "\nWhen it is back, run there: microstack-hypervisor remove");
    return {};
  }

  // Nova, Placement, Neutron and OVN know nothing of it any more, nor does the deployment.
  Status forget(AnyCloud& cloud, const NodeModel& node, const std::vector<std::string>& roles,
                Call& call) const {
    const auto watch = watching(call);
    const auto control = cloud.known_profile();
    const auto admin = cloud.admin(watch);
    if (!control || !*control || !admin) {
      call.warn("The control plane does not answer: its records of node " + *node.name + " stay",
                (admin ? Error{} : admin.error()).text());
      return {};
    }
    if (computes(roles)) MS_CHECK(cloud.forget_compute(*node.name, watch));
    NodeModel gone = node;
    gone.roles = Set<std::string>{roles};
    auto profile =
        profile_of(gone, **control, clouds_.catalogue(), {*node.address, *node.tunnel_address, {}, {}});
    const bool all = roles == node.roles->items;
    if (!all)  // what the node goes on with is not forgotten
      std::erase_if(profile.components, [&](const auto& choice) {
        return runs_on(*clouds_.catalogue().find(choice.name), node.roles->items);
      });
    MS_CHECK(cloud.part(profile, watch));
    if (!all) return {};
    MS_CHECK(cloud.forget_agents(*node.name, watch));
    return cloud.edit_deployment(
        [&](const std::optional<Deployment>& record) -> Json {
          if (!record) return Json::object();
          Deployment now = *record;
          now.members.erase(*node.name);
          return merge_patch(to_json(*record), to_json(now));
        },
        watch);
  }

  Clouds& clouds_;
};

// --- list

struct NodesWanted {
  Attr<std::string> cluster_id;
  static auto schema() {
    return model<NodesWanted>(
        "The nodes of a cluster besides its first one.",
        attribute("cluster_id", &NodesWanted::cluster_id).required().doc("The cluster."));
  }
};

class NodeList : public List<NodeModel, NodesWanted> {
 public:
  explicit NodeList(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "node"; }
  Status list(const NodesWanted& wanted, const Sink& found, Call&) override {
    MS_TRY(const auto cloud, clouds_.any(*wanted.cluster_id));
    MS_TRY(const auto record, cloud->snapshot());
    if (!record) return {};
    for (const auto& [name, member] : record->members) {
      if (name == cloud->machine()) continue;  // the cluster's own
      NodeModel node;
      MS_CHECK(take_member(member, node));
      node.cluster_id = *wanted.cluster_id;
      node.id = id_of_node(*wanted.cluster_id, name);
      node.address = member.address;
      if (!found(name, node)) break;
    }
    return {};
  }

 private:
  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyList> node_list(Clouds& clouds) {
  return std::make_unique<NodeList>(clouds);
}

std::unique_ptr<AnyResource> node_resource(Clouds& clouds) {
  return std::make_unique<NodeResource>(clouds);
}

}  // namespace microstack::provider
