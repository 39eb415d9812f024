#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_destroy(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  MS_CHECK(front.confirm("Cloud " + cluster->name() +
                             " goes away with all that is in it: its VMs, volumes, images and accounts.",
                         cluster->name(), arguments.has("--no-prompt")));
  MS_CHECK(cluster->destroy(arguments.has("--force"), front.watch(std::chrono::minutes(30))));
  front.tell("Cloud " + cluster->name() + " is gone");
  return {};
}

}  // namespace

Verb destroy_verb() {
  return {"destroy",
          "Take the whole cloud away",
          "Where Terraform made it, its next plan makes it again: run terraform destroy instead, or remove "
          "it from "
          "the configuration.",
          {no_prompt_parameter(),
           {Parameter::Kind::flag, "--force", "also one that is protected against deletion"}},
          run_destroy};
}

}  // namespace microstack::plugin
