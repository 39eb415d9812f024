// The substrate juju: OpenStack from charmed operators in a Kubernetes model. A deployment and the catalogue become a
// topology (topology.h), the topology a plan of steps (engine/steps/juju); carrying them out is the executor's work.
//
//   juju::Controller controller(dialer, access);          // access: from the client store of the juju command line
//   auto wish = charmed::deployment_of("demo", "RegionOne", {...}, {{"heat", {"juju-plugin"}}});
//   MS_TRY(auto topology, charmed::topology(wish, catalogue));
//   charmed::Tools tools(controller, topology.model);
//   MS_TRY(auto plan, charmed::plan(topology, tools));     // no I/O; plan.text() shows it
//   auto outcome = execute(plan, charmed::run_options());  // check, apply, check; events as everywhere
//   auto said = charmed::observe(topology, tools);         // differences by component, and what is in trouble
//   auto status = charmed::cloud_status(...);              // cloud_status.h: one screen
//   charmed::remove(topology, tools, ...);                 // removal.h: everything, or one component
//   charmed::JujuRecord(tools.view).edit(...)              // record.h: the truth about the deployment
#pragma once

#include <set>

#include "engine/plan/executor.h"
#include "engine/steps/juju/active.h"
#include "engine/substrate/juju/topology.h"

namespace microstack::charmed {

// What the steps work with; outlives every plan made with it.
struct Tools {
  // evidence may be null: then errors have no events and logs of Kubernetes.
  Tools(juju::Controller& controller, const std::string& model, const std::string& owner = {},
        juju::Evidence* evidence = nullptr)
      : controller(controller), view(controller, model, owner), evidence(evidence) {}

  juju::Controller& controller;
  juju::ModelView view;
  juju::Evidence* evidence;
  juju::Waits waits;
  std::chrono::milliseconds active_limit{40 * 60'000};  // until a component's units are active
  std::chrono::milliseconds patience{10 * 60'000};      // with nothing but blocked units that do not change
  std::chrono::milliseconds poll{2'000};                // between two looks at the model's removal
};

// Which components' facts, "" for the model itself; empty: everything. A component's facts are its applications,
// offers, settings and integrations; a feature also has those that other features say of it, so that whichever of two
// comes last joins them. What a cluster owns beside its features: cluster_scope().
using Scope = std::set<std::string>;
Scope cluster_scope(const Topology& topology);

// making: what is there without waiting for units; several scopes made one after the other can be waited for at once.
enum class Part { all, making, waiting };

// Pure. Order: model, then all applications side by side, then what joins and configures them, then waiting.
Result<Plan> plan(const Topology& topology, Tools& tools, const Scope& scope = {}, Part part = Part::all);

// Steps mostly wait for the controller; more of them at once than on a node.
RunOptions run_options(
    EventSink events = [](const Event&) {}, std::stop_token stop = {});

struct Difference {
  std::string component;  // "" for the model
  std::string step;
  std::string text;
};
struct Observation {
  bool present = false;                             // the model is there and alive
  std::vector<Difference> differences;              // facts that do not hold: what an apply would repair
  std::vector<juju::Trouble> troubles;              // units of the topology that are not active
  std::shared_ptr<const juju::ModelStatus> status;  // null where there is no model
};
// One FullStatus and one call for all configuration; looks only. Error: the controller could not be asked.
Result<Observation> observe(const Topology& topology, Tools& tools, const Scope& scope = {},
                            std::stop_token stop = {});

}  // namespace microstack::charmed
