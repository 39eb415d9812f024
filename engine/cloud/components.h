// Components of a cloud that is there: added, changed and taken out on its nodes, and written down with who did it.
// Whoever does it (Terraform, the plug-in) does the same, so that either sees what the other did.
#pragma once

#include <functional>
#include <string>
#include <vector>

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

// How a node is reached that the deployment names.
using PlaceOf = std::function<Result<Place>(const Deployment::Member& member)>;

// Of what the first node was installed with, what runs on a node with these roles.
std::vector<Profile::ComponentChoice> choices_for(const Profile& first, const Catalogue& catalogue,
                                                  const std::vector<std::string>& roles);
// Installs or takes out, on every other node whose roles run the component, what the first node says of it; all at once.
// The nodes where it did not go through, and why: they differ from the first one until they are applied.
std::vector<Error> spread_component(Cloud& cloud, const Catalogue& catalogue, const std::string& component,
                                    const PlaceOf& place_of, const Watch& watch);
// In what a node's components are others than the cluster's: `running` is what it was installed with, name -> config.
std::vector<std::string> component_drift(const Deployment& deployment, const Catalogue& catalogue,
                                         const std::vector<std::string>& roles, const Json& running);

}  // namespace microstack
