// microstack_demo: what it takes to start a VM at once.
#pragma once

#include <memory>

#include "engine/cloud/cloud.h"
#include "provider/framework/resource.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyResource> demo_resource(Clouds& clouds);

}  // namespace microstack::provider
