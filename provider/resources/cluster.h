// microstack_cluster: the cloud, made of its first node.
#pragma once

#include <memory>

#include "engine/cloud/cloud.h"
#include "provider/framework/resource.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyResource> cluster_resource(Clouds& clouds);

}  // namespace microstack::provider
