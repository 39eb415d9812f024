#include "engine/substrate/juju/forgotten.h"

#include "engine/steps/juju/config.h"

namespace microstack::charmed {
namespace {

std::map<std::string, std::string> without(const std::map<std::string, std::string>& values,
                                           const std::map<std::string, std::string>& kept) {
  std::map<std::string, std::string> rest;
  for (const auto& [key, value] : values)
    if (!kept.contains(key)) rest[key] = value;
  return rest;
}

}  // namespace

Status forget(const Topology& before, const Topology& after, Tools& tools, const RunOptions& options) {
  Plan plan;
  for (const auto& application : before.applications) {
    const auto* now = after.find(application.name);
    if (!now) continue;
    auto rest = without(application.config, now->config);
    if (!rest.empty())
      plan.add(
          std::make_unique<juju::ConfigStep>(tools.view, application.name, std::move(rest), "", tools.waits));
  }
  const auto undone = unwind(plan, options);
  if (undone.error) return *undone.error;
  std::vector<std::string> keys;
  for (const auto& [key, value] : without(before.model_config, after.model_config)) keys.push_back(key);
  if (keys.empty()) return {};
  const auto limit = juju::Limit::of(tools.waits.call, options.stop);
  MS_TRY(juju::Session * model, tools.view.session(limit));
  return juju::unset_model_config(*model, keys, limit);
}

}  // namespace microstack::charmed
