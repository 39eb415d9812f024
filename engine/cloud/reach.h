// How a cluster's first node is reached from this workstation, remembered for whoever knows only the cluster's id: Terraform
// removes what is on a cloud in a process that never sees the cluster's own resource. ~/.config/microstack/NAME/place.json;
// no secret is in it.
#pragma once

#include <optional>
#include <string>

#include "engine/cloud/cloud.h"

namespace microstack {

// A machine of this host needs no remembering, and takes back what was remembered of another place of that name.
Status remember_place(const std::string& cluster, const Place& place);
Result<std::optional<Place>> remembered_place(const std::string& cluster);
Status forget_place(const std::string& cluster);

}  // namespace microstack
