// Actions of charms: what an operator does on a unit beside configuration.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "engine/clients/juju/session.h"

namespace microstack::juju {

struct ActionResult {
  std::string operation;  // operation-4
  std::string unit;
  Json output;      // what the charm returned; secrets of some charms are in it
  std::string log;  // its lines while it ran
};

// Runs it on a unit (keystone/0) and waits for its end. Errors: ask when the charm failed or has no such
// action (with the charm's message), retry when the limit is over, in which case the action goes on. tell
// hears the state.
Result<ActionResult> run_action(Session& model, const std::string& unit, const std::string& action,
                                const Json& parameters, const Limit& limit,
                                const std::function<void(const std::string&)>& tell = {},
                                std::chrono::milliseconds interval = std::chrono::milliseconds{1000});

// Name -> description, of the charm of an application.
Result<std::map<std::string, std::string>> actions_of(Session& model, const std::string& application,
                                                      const Limit& limit);

}  // namespace microstack::juju
