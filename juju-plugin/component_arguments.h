// COMPONENT [key=value ...] of the verbs that change components.
#pragma once

#include "engine/catalogue/catalogue.h"
#include "engine/catalogue/deployment.h"

namespace microstack::plugin {

// Error (ask): no such component, with what was perhaps meant.
Result<const Component*> component_named(const Catalogue& catalogue, const std::string& name);

// What "key=value" words make of a configuration: values by the attribute's type, "key=" back to its default.
// Errors (ask): an unknown key, a value of another type.
Result<Json> changed_config(const Component& component, Json config, const std::vector<std::string>& words);

// Every attribute with its value in that configuration, or its default.
Json effective_config(const Component& component, const Json& config);

// Who else may change it: error (ask) where somebody else manages it, unless `force`.
Status may_change(const Deployment& deployment, const std::string& component, bool force);

}  // namespace microstack::plugin
