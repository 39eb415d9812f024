#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_refresh(Front& front, const Arguments&) {
  MS_TRY(Cluster * cluster, front.cluster());
  MS_CHECK(cluster->refresh(front.watch(std::chrono::minutes(60))));
  front.tell("Cloud " + cluster->name() + " is as this program's catalogue says");
  return {};
}

}  // namespace

Verb refresh_verb() {
  return {"refresh",
          "Bring the cloud to what this program's catalogue says, and repair what differs",
          "Only what differs is touched; nothing is lost. See what it would do: juju microstack status.",
          {},
          run_refresh};
}

}  // namespace microstack::plugin
