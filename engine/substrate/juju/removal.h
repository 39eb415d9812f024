// Taking a charmed cloud away, or one component of it.
#pragma once

#include "engine/substrate/juju/charmed.h"

namespace microstack::charmed {

// Offers first, then applications: features, services, what services stand on. Each removal is bounded and forced when
// it takes too long. With an empty scope the model goes at last, also when applications survived; a model that holds
// applications of others stays, with a warning told to `warn`. Error: what is left and in which state.
Status remove(
    const Topology& topology, Tools& tools, const Scope& scope, const RunOptions& options,
    const std::function<void(const std::string&)>& warn = [](const std::string&) {});

// The same order as a plan, for its text and for unwind(): what is to go first stands last.
Result<Plan> removal_plan(const Topology& topology, Tools& tools, const Scope& scope = {});

}  // namespace microstack::charmed
