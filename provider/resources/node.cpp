#include "provider/resources/node.h"

#include <algorithm>

#include "engine/cloud/components.h"
#include "provider/cloud/leaving.h"
#include "provider/cloud/watching.h"
#include "provider/resources/cluster_record.h"
#include "provider/resources/node_joining.h"
#include "provider/resources/node_leaving.h"
#include "provider/resources/node_place.h"
#include "provider/resources/node_preflight.h"

namespace microstack::provider {
namespace {

using namespace terraform;
using namespace std::chrono_literals;

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
    if (!computes(node)) return {};
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
    MS_CHECK(adopt_node(*cloud, node, call));
    clouds_.planned.is_made(place_of(node, clouds_.ssh), *node.name);
    auto made = join_cluster(clouds_, *cloud, node, call);
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
    ClusterNode there = reach(clouds_, *cloud, node);
    if (node.machine.is_known()) {
      const auto machine = there.machine_status(watching(call));
      if (machine && machine->is_null()) return Found::no;  // the host's own record says so: proof
      if (machine && machine->value("leader", 0L) == 0) {
        node.drift = std::vector<std::string>{"machine " + *node.name + " is " +
                                              machine->value("state", std::string("off"))};
        node.hypervisor = std::string(computes(node) ? "down" : "");
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
      const Json roles = said->value("/facts/node/roles"_json_pointer, Json());
      auto wanted = node.roles->items;
      std::sort(wanted.begin(), wanted.end());
      if (roles.is_array() && roles != Json(wanted))
        node.drift->push_back("it was installed for other roles");
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
    if (services) node.hypervisor = hypervisor_state(*services, node);
    if (services && !computes(node) && is_hypervisor(*services, node))
      node.drift->push_back("Nova still knows it as a hypervisor");
    if (services && is_leaving(*services, node))
      node.drift->push_back("nothing is placed on it: it was leaving");
    if (!node.hypervisor.is_known()) node.hypervisor = std::string();
    if (*node.hypervisor == "down") node.drift->push_back("nova-compute is down for Nova");
    return Found::yes;
  }

  Status update(const NodeModel& before, NodeModel& node, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    const bool was = computes(before), is = computes(node);
    if (was && !is) MS_CHECK(vacate_node(*cloud, node, true, call));
    MS_CHECK(join_cluster(clouds_, *cloud, node, call));
    if (is) return {};
    const auto services = cloud->compute_services(watching(call));  // an update before may have been cut off
    if (was || (services && is_hypervisor(*services, node)))
      return forget_hypervisor(clouds_, *cloud, node, call);
    return {};
  }

  Status remove(const NodeModel& node, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    if (goes_along(*cloud, call)) return undo_node(clouds_, *cloud, node, call);
    return leave_cluster(clouds_, *cloud, node, call);
  }

  Status import(const ImportRequest& from, NodeModel& node, Call&) override {
    if (!from.by_identity) node.id = from.id;
    const auto slash = node.id->rfind('/');
    if (slash == std::string::npos) return ask("The id must be CLUSTER_ID/NAME", {}, {}, {"id"});
    node.cluster_id = node.id->substr(0, slash);
    MS_TRY(const auto cloud, clouds_.any(*node.cluster_id));
    MS_TRY(const auto record, cloud->snapshot());
    const auto name = node.id->substr(slash + 1);
    if (name == cloud->machine())
      return ask("node " + name + " is the cluster's own", *node.cluster_id,
                 "import the cluster instead: microstack_cluster", {"id"});
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
