#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_disable(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  const auto feature = arguments.text("FEATURE");
  MS_TRY(const bool there, cluster->may_disable(feature, arguments.has("--force")));
  if (!there) {
    front.tell(feature + " is not enabled");
    return {};
  }
  MS_CHECK(front.confirm(feature + " is taken out of cloud " + cluster->name() +
                             ". What people made with it cannot be reached any more.",
                         feature, arguments.has("--no-prompt")));
  MS_CHECK(cluster->disable(feature, front.watch(std::chrono::minutes(60))));
  front.tell(feature + " is disabled");
  return {};
}

}  // namespace

Verb disable_verb() {
  return {"disable",
          "Take an optional service out of the cloud",
          {},
          {{Parameter::Kind::word, "FEATURE", "what to take out", true, {}, "feature"},
           no_prompt_parameter(),
           {Parameter::Kind::flag, "--force", "also what Terraform manages"}},
          run_disable};
}

}  // namespace microstack::plugin
