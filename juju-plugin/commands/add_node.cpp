#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_add_node(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  auto roles = arguments.all("--role");
  if (roles.empty()) roles = {"compute"};
  MS_CHECK(cluster->add_node(arguments.text("NODE"), roles, front.watch(std::chrono::minutes(60))));
  front.tell("Node " + arguments.text("NODE") + " is a part of cloud " + cluster->name());
  return {};
}

}  // namespace

Verb add_node_verb() {
  return {"add-node",
          "Add a node to the cloud",
          {},
          {{Parameter::Kind::word, "NODE", "its name", true, {}, "node"},
           {Parameter::Kind::option,
            "--role",
            "what it does; compute when not given; may be repeated",
            false,
            {"control", "compute", "network", "storage"}}},
          run_add_node};
}

}  // namespace microstack::plugin
