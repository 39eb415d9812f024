#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_add_node(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  auto roles = arguments.all("--role");
  if (roles.empty()) roles = {"compute"};
  return cluster->add_node(arguments.text("NODE"), roles);
}

}  // namespace

Verb add_node_verb() {
  return {"add-node",
          "Tell how a node is added to the cloud: the resource to write",
          "Nodes are resources of Terraform, which sees to their guests and knows how a server is reached.",
          {{Parameter::Kind::word, "NODE", "its name", true, {}, "node"},
           {Parameter::Kind::option,
            "--role",
            "what it does; compute when not given; may be repeated",
            false,
            {"control", "compute", "network", "storage"}}},
          run_add_node};
}

}  // namespace microstack::plugin
