// What the charms of a control plane do when they are asked, as their sources have it (keystone-k8s, rabbitmq-k8s,
// ovn-relay-k8s, self-signed-certificates): parameters of actions, their results, secrets they own. Only the values are a
// test's: World::Story::services.
//
//   {"keystone": {"internal", "public", "admin-password", "service-password", "ca"},
//    "rabbitmq": {"address", "password"}, "ovn-relay": {"address"},
//    "certificate-authority": {"ca-certificate", "private-key"}}
#pragma once

#include "tests/support/juju_controller/world.h"

namespace microstack::testing {

// Throws as the controller does where the parameters do not fit the action's own schema.
void check_parameters(const Charm& charm, const std::string& action, const Json& parameters);
// nullopt: nothing is known of that action, or the test has no values for it.
std::optional<Story::Outcome> charm_outcome(const World& world, Model& model, const ActionRun& run);
// Secrets that charms have made by now, into the model; those of applications that went, out of it.
void settle_charm_secrets(const World& world, Model& model);

}  // namespace microstack::testing
