// Components of a cloud that is there: added, changed and taken out on its nodes, and written down with who did it.
// Whoever does it (Terraform, the plug-in) does the same, so that either sees what the other did.
#pragma once

#include "engine/cloud/cloud.h"

namespace microstack {

// Makes a component and what it needs a part of the cloud, with that configuration. Returns the facts the first node
// says of itself.
Result<Json> install_component(Cloud& cloud, const Catalogue& catalogue, const std::string& component,
                               const Json& config, const Watch& watch);
// Takes it out; succeeds when it is not there.
Result<Json> uninstall_component(Cloud& cloud, const std::string& component, const Watch& watch);

// Writes down that `by` manages it with that configuration; config null: nobody any more. Says nothing where the
// cloud was never finished: the cluster writes the first record.
Status record_component(Cloud& cloud, const std::string& component, const std::string& by, const Json& config,
                        const Watch& watch);

}  // namespace microstack
