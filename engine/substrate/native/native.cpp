#include "engine/substrate/native/native.h"

#include <set>

#include "engine/substrate/native/recipe.h"

namespace microstack::native {

http::Options Tools::http_options() {
  http::Options options;
  options.ca_file = std::string(tls_folder) + "/ca.crt";
  options.attempts = 1;  // health waits by itself
  options.use_proxy = false;
  return options;
}

Result<Plan> plan(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools, Stage stage) {
  MS_TRY(Recipe recipe, native::recipe(profile, catalogue, facts, tools));
  const std::set<std::string> chosen = stage == Stage::prepare ? prepared(recipe) : std::set<std::string>();
  Plan plan;
  for (Entry& entry : recipe.entries)
    if (stage == Stage::all || chosen.contains(entry.step->id())) plan.add(std::move(entry.step), std::move(entry.after));
  MS_CHECK(plan.validate());
  return plan;
}

Result<std::map<std::string, std::string>> owners(const Profile& profile, const Catalogue& catalogue, const Json& facts,
                                                  Tools& tools) {
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
    differences.push_back({{"component", difference.component}, {"step", difference.step}, {"text", difference.text}});
  Json json = {{"differences", differences}, {"healthy", status.healthy}};
  if (status.error) json["error"] = microstack::to_json(*status.error);
  return json;
}

Result<std::vector<std::string>> packages(const Catalogue& catalogue, const std::vector<std::string>& components,
                                          const std::vector<std::string>& roles) {
  std::set<std::string> names;
  for (const std::string& name : components) {
    const Component* component = catalogue.find(name);
    if (component == nullptr) return ask("there is no component " + name);
    if (!runs_on(*component, roles)) continue;
    names.insert(component->native.packages.begin(), component->native.packages.end());
    for (const std::string& role : roles)
      if (const auto more = component->native.role_packages.find(role); more != component->native.role_packages.end())
        names.insert(more->second.begin(), more->second.end());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace microstack::native
