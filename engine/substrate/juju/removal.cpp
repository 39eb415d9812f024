#include "engine/substrate/juju/removal.h"

#include "engine/catalogue/charmed.h"
#include "engine/steps/juju/application.h"
#include "engine/steps/juju/config.h"
#include "engine/steps/juju/integration.h"
#include "engine/steps/juju/model.h"

namespace microstack::charmed {

namespace {

// Component -> those it integrates with that come earlier in the topology's order: they stay longer.
std::map<std::string, std::set<std::string>> below(const Topology& topology) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < topology.components.size(); ++i) place[topology.components[i]] = i;
  std::map<std::string, std::set<std::string>> out;
  for (const auto& integration : topology.integrations) {
    auto one = topology.find(application_of(integration.one))->component;
    auto other = topology.find(application_of(integration.other))->component;
    if (one == other) continue;
    if (place[one] < place[other]) std::swap(one, other);
    out[one].insert(other);
  }
  return out;
}

std::string list_of(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

}  // namespace

Result<Plan> removal_plan(const Topology& topology, Tools& tools, const Scope& scope) {
  const auto wanted = [&](const std::string& component) {
    return scope.empty() || scope.contains(component);
  };
  const auto lower = below(topology);
  Plan plan;
  for (const auto& application : topology.applications) {
    if (!wanted(application.component)) continue;
    std::vector<std::string> after;
    if (const auto found = lower.find(application.component); found != lower.end())
      for (const auto& other : topology.applications)
        if (found->second.contains(other.component) && wanted(other.component))
          after.push_back("application:" + other.name);
    juju::CharmhubApplication wish;
    wish.name = application.name;
    wish.charm = application.charm;
    plan.add(std::make_unique<juju::ApplicationPresent>(tools.view, wish, tools.waits), std::move(after));
  }
  for (const auto& offer : topology.offers)
    if (wanted(offer.component))
      plan.add(std::make_unique<juju::OfferStep>(
                   tools.view, juju::OfferWish{offer.name, offer.application, offer.endpoints}, tools.waits),
               {"application:" + offer.application});
  if (!scope.empty())
    for (const auto& setting : topology.settings)
      if (wanted(setting.component) && !wanted(topology.find(setting.application)->component))
        plan.add(std::make_unique<juju::ConfigStep>(tools.view, setting.application, setting.values,
                                                    setting.application + " for " + setting.component,
                                                    tools.waits));
  MS_CHECK(plan.validate());
  return plan;
}

Status remove(const Topology& topology, Tools& tools, const Scope& scope, const RunOptions& options,
              const std::function<void(const std::string&)>& warn) {
  const auto limit = juju::Limit::of(tools.waits.call, options.stop);
  tools.view.forget();
  MS_TRY(const auto model, tools.view.find(limit));
  if (!model) return {};
  std::optional<Error> survived;
  if (model->life == "alive") {
    MS_TRY(const auto plan, removal_plan(topology, tools, scope));
    const auto outcome = unwind(plan, options);
    if (!outcome.ok()) survived = outcome.error;
    if (options.stop.stop_requested())
      return survived ? *survived : limit.error("the removal", tools.view.text());
  }
  if (scope.empty()) {
    std::vector<std::string> foreign;
    if (model->life == "alive") {
      tools.view.changed();
      MS_TRY(const auto status, tools.view.status(limit));
      if (status)
        for (const auto& [name, ignored] : status->applications)
          if (!topology.find(name)) foreign.push_back(name);
    }
    if (foreign.empty()) {
      StepContext context;
      context.stop = options.stop;
      juju::ModelPresent step(tools.view, {topology.cloud, topology.credential, {}, tools.poll}, tools.waits);
      auto gone = step.undo(context);
      if (gone) return {};  // with all that had survived so far
      if (survived) gone.error().causes.push_back(std::move(*survived));
      return doing("removing " + tools.view.text(), std::move(gone).error());
    }
    warn(tools.view.text() + " stays: it holds " + list_of(foreign) + ", which is not part of this cloud");
  }
  if (survived) return doing("removing applications of " + tools.view.text(), std::move(*survived));
  return {};
}

}  // namespace microstack::charmed
