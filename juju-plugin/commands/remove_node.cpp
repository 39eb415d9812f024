#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_remove_node(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  const auto node = arguments.text("NODE");
  MS_CHECK(front.confirm("Node " + node + " leaves cloud " + cluster->name() + ", with what is stored on it.",
                         node, arguments.has("--no-prompt")));
  MS_CHECK(cluster->remove_node(node, arguments.has("--force"), front.watch(std::chrono::minutes(60))));
  front.tell("Node " + node + " has left");
  return {};
}

}  // namespace

Verb remove_node_verb() {
  return {"remove-node",
          "Take a node out of the cloud",
          {},
          {{Parameter::Kind::word, "NODE", "its name", true, {}, "node"},
           no_prompt_parameter(),
           {Parameter::Kind::flag, "--force", "also one that is dead, or has guests: they are lost"}},
          run_remove_node};
}

}  // namespace microstack::plugin
