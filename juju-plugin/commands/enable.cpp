#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Status run_enable(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  const auto feature = arguments.text("FEATURE");
  MS_TRY(const bool changed, cluster->enable(feature, arguments.all("KEY=VALUE"), arguments.has("--force"),
                                             front.watch(std::chrono::minutes(60))));
  front.tell(feature + (changed ? " is enabled" : " is enabled already"));
  return {};
}

}  // namespace

Verb enable_verb() {
  return {"enable",
          "Add an optional service to the cloud",
          {},
          {{Parameter::Kind::word, "FEATURE", "what to add: horizon, heat, ...", true, {}, "feature"},
           {Parameter::Kind::words, "KEY=VALUE", "its configuration"},
           {Parameter::Kind::flag, "--force", "also what Terraform manages: it is taken over"}},
          run_enable};
}

}  // namespace microstack::plugin
