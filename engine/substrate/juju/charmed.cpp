#include "engine/substrate/juju/charmed.h"

#include <algorithm>

#include "engine/catalogue/charmed.h"
#include "engine/steps/juju/application.h"
#include "engine/steps/juju/config.h"
#include "engine/steps/juju/integration.h"
#include "engine/steps/juju/model.h"

namespace microstack::charmed {

namespace {

// More than there can be waits at once; all of them mostly wait for the controller.
constexpr int steps_at_once = 64;

class Planner {
 public:
  Planner(const Topology& topology, Tools& tools, const Scope& scope)
      : topology_(topology), tools_(tools), scope_(scope) {}

  Plan make(Part part) {
    if (part != Part::waiting) add_facts();
    if (part != Part::making) add_waits();
    return std::move(plan_);
  }

  std::map<std::string, std::string> take_owners() { return std::move(owners_); }

 private:
  void add_facts() {
    if (wanted("")) {
      add("", std::make_unique<juju::ModelPresent>(
                  tools_.view,
                  juju::ModelWish{topology_.cloud, topology_.credential, topology_.model_config, tools_.poll},
                  tools_.waits));
      model_ = {"model:" + topology_.model};
    }
    for (const auto& application : topology_.applications)
      if (wanted(application.component)) add_application(application);
    for (const auto& integration : topology_.integrations)
      if (wanted(integration.component) || wanted_feature(integration.one) ||
          wanted_feature(integration.other))
        add(integration.component,
            std::make_unique<juju::IntegrationStep>(tools_.view, integration.one, integration.other,
                                                    tools_.waits),
            {application_of(integration.one), application_of(integration.other)});
    for (const auto& offer : topology_.offers)
      if (wanted(offer.component))
        add(offer.component,
            std::make_unique<juju::OfferStep>(
                tools_.view, juju::OfferWish{offer.name, offer.application, offer.endpoints}, tools_.waits),
            {offer.application});
    for (const auto& setting : topology_.settings)
      if (wanted(setting.component))
        add(setting.component,
            std::make_unique<juju::ConfigStep>(tools_.view, setting.application, setting.values,
                                               setting.application + " for " + setting.component,
                                               tools_.waits),
            {setting.application});
  }

  bool wanted(const std::string& component) const { return scope_.empty() || scope_.contains(component); }
  bool wanted_feature(const std::string& endpoint) const {
    const auto& component = topology_.find(application_of(endpoint))->component;
    return !topology_.core.contains(component) && wanted(component);
  }

  // applications: those that must be there first.
  void add(const std::string& component, std::unique_ptr<Step> step,
           const std::vector<std::string>& applications = {}) {
    std::vector<std::string> after;
    for (const auto& name : applications)
      if (const auto id = "application:" + name; owners_.contains(id)) after.push_back(id);
    if (after.empty()) after = model_;
    std::sort(after.begin(), after.end());
    after.erase(std::unique(after.begin(), after.end()), after.end());
    owners_[step->id()] = component;
    plan_.add(std::move(step), std::move(after));
  }

  void add_application(const Application& from) {
    juju::CharmhubApplication wish;
    wish.name = from.name;
    wish.charm = from.charm;
    wish.channel = from.channel;
    wish.revision = from.revision;
    wish.base = from.base;
    wish.units = from.units;
    wish.trust = from.trust;
    wish.config = from.config;
    auto& view = tools_.view;
    add(from.component, std::make_unique<juju::ApplicationPresent>(view, wish, tools_.waits));
    if (!from.channel.empty() || from.revision)
      add(from.component,
          std::make_unique<juju::ChannelStep>(view, juju::Refresh{from.name, from.channel, from.revision},
                                              tools_.waits),
          {from.name});
    if (!from.config.empty())
      add(from.component, std::make_unique<juju::ConfigStep>(view, from.name, from.config, "", tools_.waits),
          {from.name});
    add(from.component, std::make_unique<juju::ScaleStep>(view, from.name, from.units, tools_.waits),
        {from.name});
  }

  // After all that is said of the component; the others' steps go on meanwhile, so there is a slot for each wait.
  void add_waits() {
    std::map<std::string, std::vector<std::string>> own;
    for (const auto& [step, component] : owners_) own[component].push_back(step);
    for (const auto& component : topology_.components) {
      if (!wanted(component)) continue;
      juju::ActiveWish wish;
      wish.name = component;
      wish.title = topology_.titles.at(component);
      wish.limit = tools_.active_limit;
      wish.patience = tools_.patience;
      for (const auto& application : topology_.applications)
        if (application.component == component) wish.applications.push_back(application.name);
      auto step =
          std::make_unique<juju::ActiveStep>(tools_.view, std::move(wish), tools_.evidence, tools_.waits);
      owners_[step->id()] = component;
      plan_.add(std::move(step), own[component]);
    }
  }

  const Topology& topology_;
  Tools& tools_;
  const Scope& scope_;
  Plan plan_;
  std::vector<std::string> model_;
  std::map<std::string, std::string> owners_;
};

}  // namespace

Scope cluster_scope(const Topology& topology) {
  Scope scope = topology.core;
  scope.insert("");
  return scope;
}

Result<Plan> plan(const Topology& topology, Tools& tools, const Scope& scope, Part part) {
  auto made = Planner(topology, tools, scope).make(part);
  MS_CHECK(made.validate());
  return made;
}

RunOptions run_options(EventSink events, std::stop_token stop) {
  RunOptions options;
  options.parallelism = steps_at_once;
  options.events = std::move(events);
  options.stop = std::move(stop);
  return options;
}

Result<Observation> observe(const Topology& topology, Tools& tools, const Scope& scope,
                            std::stop_token stop) {
  const auto limit = juju::Limit::of(tools.waits.call, stop);
  Observation seen;
  const juju::ModelView::Look look(tools.view);
  tools.view.forget();
  MS_TRY(const auto model, tools.view.find(limit));
  seen.present = model && model->life == "alive";
  if (seen.present) {
    MS_TRY(seen.status, tools.view.status(limit));
  }
  Planner planner(topology, tools, scope);
  const auto plan = planner.make(Part::making);
  const auto owners = planner.take_owners();
  const auto found = examine(plan, run_options([](const Event&) {}, stop));
  if (found.error) return *found.error;
  for (const auto& step : found.steps) {
    if (step.state != StepOutcome::State::skipped) continue;
    seen.differences.push_back({owners.at(step.id), step.id, step.difference});
  }
  if (seen.status) {
    std::vector<std::string> names;
    for (const auto& application : topology.applications)
      if (scope.empty() || scope.contains(application.component)) names.push_back(application.name);
    if (!names.empty()) seen.troubles = juju::troubles(*seen.status, names);
  }
  return seen;
}

}  // namespace microstack::charmed
