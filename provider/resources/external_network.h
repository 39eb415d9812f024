// microstack_external_network: the network that floating IPs come from.
#pragma once

#include <memory>

#include "engine/cloud/cloud.h"
#include "provider/framework/resource.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyResource> external_network_resource(Clouds& clouds);

}  // namespace microstack::provider
