#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_remove_node(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  return cluster->remove_node(arguments.text("NODE"));
}

}  // namespace

Verb remove_node_verb() {
  return {"remove-node",
          "Tell how a node is taken out of the cloud",
          "Nodes are resources of Terraform, which sees to their guests and knows how a server is reached.",
          {{Parameter::Kind::word, "NODE", "its name", true, {}, "node"}},
          run_remove_node};
}

}  // namespace microstack::plugin
