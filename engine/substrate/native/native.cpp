#include "engine/substrate/native/native.h"

#include <set>

#include "engine/steps/boot.h"
#include "engine/substrate/native/recipe.h"

namespace microstack::native {

http::Options Tools::http_options() {
  http::Options options;
  options.ca_file = std::string(tls_folder) + "/ca.crt";
  options.attempts = 1;  // health waits by itself
  options.use_proxy = false;
  return options;
}

Result<Plan> plan(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools,
                  Stage stage) {
  MS_TRY(Recipe recipe, native::recipe(profile, catalogue, facts, tools));
  std::set<std::string> chosen;
  if (stage == Stage::prepare) chosen = prepared(recipe);
  if (stage == Stage::packages) chosen = of_kinds(recipe, {Entry::Kind::package});
  if (stage == Stage::certificates)
    chosen = of_kinds(recipe, {Entry::Kind::authority, Entry::Kind::certificate});
  Plan plan;
  for (Entry& entry : recipe.entries) {
    if (stage != Stage::all) {
      if (!chosen.contains(entry.step->id())) continue;
      std::erase_if(entry.after, [&](const std::string& id) { return !chosen.contains(id); });
    }
    plan.add(std::move(entry.step), std::move(entry.after));
  }
  MS_CHECK(plan.validate());
  return plan;
}

Result<Plan> leaving(const Profile& before, const Json& facts_before, const Profile& now,
                     const Json& facts_now, const Catalogue& catalogue, Tools& tools) {
  MS_TRY(Recipe had, native::recipe(before, catalogue, facts_before, tools));
  MS_TRY(const Recipe has, native::recipe(now, catalogue, facts_now, tools));
  std::set<std::string> stays, enabled, leaves;
  for (const Entry& entry : has.entries) {
    stays.insert(entry.step->id());
    if (entry.kind == Entry::Kind::unit)
      for (const auto& unit : entry.step->inputs().value("enabled", Json::array())) enabled.insert(unit);
  }
  for (Entry& entry : had.entries) {
    const Json boot = entry.step->inputs();
    if (entry.kind == Entry::Kind::unit &&
        boot.contains("enabled")) {  // one fact of all units: only theirs is undone
      std::vector<std::string> gone;
      for (const auto& unit : boot["enabled"])
        if (!enabled.contains(unit)) gone.push_back(unit);
      if (!gone.empty()) leaves.insert(entry.step->id());
      entry.step = std::make_unique<BootStep>(tools.host, tools.systemd, tools.undo, std::move(gone),
                                              std::vector<std::string>(), BootStep::Unrecorded::disabled);
    } else if (entry.kind != Entry::Kind::package && !stays.contains(entry.step->id())) {
      leaves.insert(entry.step->id());
    }
  }
  Plan plan;
  for (Entry& entry : had.entries) {
    if (!leaves.contains(entry.step->id())) continue;
    std::erase_if(entry.after, [&](const std::string& id) { return !leaves.contains(id); });
    plan.add(std::move(entry.step), std::move(entry.after));
  }
  MS_CHECK(plan.validate());
  return plan;
}

Result<std::map<std::string, std::string>> owners(const Profile& profile, const Catalogue& catalogue,
                                                  const Json& facts, Tools& tools) {
  MS_TRY(const Recipe recipe, native::recipe(profile, catalogue, facts, tools));
  std::map<std::string, std::string> owners;
  for (const Entry& entry : recipe.entries) owners[entry.step->id()] = entry.component;
  return owners;
}

Result<NodeStatus> status(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools,
                          const RunOptions& options) {
  MS_TRY(const auto owners, native::owners(profile, catalogue, facts, tools));
  MS_TRY(const Plan plan, native::plan(profile, catalogue, facts, tools));
  Findings findings = examine(plan, options);
  NodeStatus status;
  status.error = std::move(findings.error);
  status.healthy = !status.error;
  for (const StepOutcome& step : findings.steps) {
    if (step.state == StepOutcome::State::held) continue;
    if (step.id.starts_with("health:")) status.healthy = false;
    if (step.difference.empty()) continue;
    status.differences.push_back({owners.at(step.id), step.id, step.difference});
  }
  return status;
}

Json to_json(const NodeStatus& status) {
  Json differences = Json::array();
  for (const Difference& difference : status.differences)
    differences.push_back(
        {{"component", difference.component}, {"step", difference.step}, {"text", difference.text}});
  Json json = {{"differences", differences}, {"healthy", status.healthy}};
  if (status.error) json["error"] = microstack::to_json(*status.error);
  return json;
}

Result<std::vector<std::string>> packages(const Catalogue& catalogue,
                                          const std::vector<std::string>& components,
                                          const std::vector<std::string>& roles) {
  std::set<std::string> names;
  for (const std::string& name : components) {
    const Component* component = catalogue.find(name);
    if (component == nullptr) return ask("there is no component " + name);
    if (!runs_on(*component, roles)) continue;
    names.insert(component->native.packages.begin(), component->native.packages.end());
    for (const std::string& role : roles)
      if (const auto more = component->native.role_packages.find(role);
          more != component->native.role_packages.end())
        names.insert(more->second.begin(), more->second.end());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace microstack::native
