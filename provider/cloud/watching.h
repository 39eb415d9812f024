// A call of Terraform as somebody who watches a run: its stop, its limit, its events as lines of progress. A
// run is not stopped by Terraform's death: it goes on to its end, and the next apply joins it.
#pragma once

#include "engine/cloud/hypervisor.h"
#include "provider/framework/call.h"

namespace microstack::provider {

Watch watching(terraform::Call& call, std::function<void(const Event&)> also = {});

// Drift as the cluster (component "") or a component tells it: the texts of the differences that are its own.
// `others` are components somebody else owns.
std::vector<std::string> drift_of(const Json& status,
                                  const std::function<bool(const std::string& component)>& own);

}  // namespace microstack::provider
