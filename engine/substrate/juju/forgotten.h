// What a deployment no longer says.
#pragma once

#include "engine/substrate/juju/charmed.h"

namespace microstack::charmed {

// Configuration that `before` gave to applications and the model that `after` has as well, and `after` does not give:
// back to the charms' defaults. A plan has no step for what is not wished, so whoever changes a wish does this too.
Status forget(const Topology& before, const Topology& after, Tools& tools, const RunOptions& options);

}  // namespace microstack::charmed
