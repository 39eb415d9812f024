#include "provider/cloud/watching.h"
#include "provider/data/sources.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct NodeSeen {
  Attr<std::string> name;
  Attr<std::vector<std::string>> roles;
  Attr<std::string> address;
  Attr<std::string> place;
  Attr<std::string> hypervisor;
  static auto schema() {
    return model<NodeSeen>(
        "A node.", attribute("name", &NodeSeen::name).computed().doc("Its name."),
        attribute("roles", &NodeSeen::roles).computed().doc("Its roles."),
        attribute("address", &NodeSeen::address).computed().doc("Its management address."),
        attribute("place", &NodeSeen::place).computed().doc("`machine`, `ssh` or `local`."),
        attribute("hypervisor", &NodeSeen::hypervisor)
            .computed()
            .doc("`up` or `down` in Nova, `disabled` where nothing is placed on it; empty without the role "
                 "compute, and "
                 "where the cloud does not answer."));
  }
};

struct NodesData {
  Attr<std::string> cluster_id;
  Attr<std::vector<NodeSeen>> nodes;
  static auto schema() {
    return model<NodesData>("All nodes of a cluster, as its control node knows them.",
                            attribute("cluster_id", &NodesData::cluster_id).required().doc("The cluster."),
                            attribute("nodes", &NodesData::nodes).computed().doc("By name."));
  }
};

class NodesSource : public DataSource<NodesData> {
 public:
  explicit NodesSource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "nodes"; }

  Status read(NodesData& data, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*data.cluster_id));
    MS_TRY(const auto record, cloud->snapshot());
    data.nodes = std::vector<NodeSeen>{};
    if (!record) return {};
    const auto services = cloud->compute_services(watching(call));
    if (!services) call.warn("Nova does not say which hypervisors are up", services.error().text());
    for (const auto& [name, member] : record->members) {
      NodeSeen node;
      node.name = name;
      node.roles = member.roles;
      node.address = member.address;
      node.place = std::string("machine");
      for (const char* kind : {"ssh", "local"})
        if (member.host.contains(kind)) node.place = std::string(kind);
      node.hypervisor = std::string();
      if (services)
        for (const auto& service : *services)
          if (service.binary == "nova-compute" && service.host == name)
            node.hypervisor = std::string(!service.enabled ? "disabled" : service.up ? "up" : "down");
      data.nodes->push_back(std::move(node));
    }
    return {};
  }

 private:
  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyDataSource> nodes_source(Clouds& clouds) {
  return std::make_unique<NodesSource>(clouds);
}

}  // namespace microstack::provider
