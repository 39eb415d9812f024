// What of a profile this machine cannot be, by what probing it said. Pure.
#pragma once

#include <vector>

#include "engine/catalogue/profile.h"
#include "engine/machines/probe.h"

namespace microstack {

// `hardware` as engine/machines/hardware.h has it. Attributes are paths in the profile.
std::vector<Finding> profile_findings(const Profile& profile, const Json& hardware);
// Of the settings of a hypervisor only.
std::vector<Finding> compute_findings(const Profile& profile, const Json& hardware);

}  // namespace microstack
