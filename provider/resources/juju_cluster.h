// microstack_cluster with substrate = "juju".
#pragma once

#include <memory>

#include "provider/cloud/juju_clouds.h"
#include "provider/framework/resource.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyResource> juju_cluster_resource(JujuClouds& clouds);

}  // namespace microstack::provider
