#include "hypervisor/install/installed_plan.h"

#include "engine/base/file.h"

namespace microstack {
namespace {

std::string path(const Places& places) {
  return places.state + "/plan.json";
}

}  // namespace

InstalledPlan installed_plan(const Plan& plan, const std::string& catalogue_version) {
  InstalledPlan out{MICROSTACK_VERSION, catalogue_version, {}};
  for (const auto& node : plan.nodes()) out.steps[node.step->id()] = node.step->inputs();
  return out;
}

Result<std::optional<InstalledPlan>> read_installed_plan(const Places& places) {
  MS_TRY(const auto text, read_file(path(places)));
  if (!text) return std::optional<InstalledPlan>();
  const auto json = Json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.value("steps", Json()).is_object()) return std::optional<InstalledPlan>();
  InstalledPlan plan{json.value("program", ""), json.value("catalogue", ""), {}};
  for (const auto& [id, inputs] : json["steps"].items()) plan.steps[id] = inputs;
  return std::optional(std::move(plan));
}

Status write_installed_plan(const Places& places, const InstalledPlan& plan) {
  const Json json{{"program", plan.program}, {"catalogue", plan.catalogue}, {"steps", plan.steps}};
  return write_file(path(places), json.dump() + "\n", 0600);
}

std::vector<StepChange> changes(const InstalledPlan& from, const InstalledPlan& to) {
  std::vector<StepChange> out;
  for (const auto& [id, inputs] : to.steps) {
    const auto was = from.steps.find(id);
    if (was == from.steps.end())
      out.push_back({StepChange::Kind::added, id});
    else if (was->second != inputs)
      out.push_back({StepChange::Kind::changed, id});
  }
  for (const auto& [id, inputs] : from.steps)
    if (!to.steps.contains(id)) out.push_back({StepChange::Kind::gone, id});
  return out;
}

}  // namespace microstack
