// The front of an installation: starts a worker or finds the one that runs, and relays its events.
#pragma once

#include "hypervisor/front.h"
#include "hypervisor/install/worker.h"

namespace microstack {

// `typed`: what was already read from stdin beyond the profile. Sets front.exit.
void attach(Front& front, const InstallRequest& request, std::string typed = {});

// The profile from stdin, which stays open for {"cancel":true}: a JSON object ends with the line that
// completes it, YAML with the end of stdin. What follows it is put into `typed`.
Result<std::string> profile_from_stdin(const Front& front, std::string& typed);

}  // namespace microstack
