// One optional component of the catalogue as a resource of its own: microstack_horizon, microstack_heat, ...
// Its attributes are the component's.
#pragma once

#include <memory>

#include "engine/cloud/cloud.h"
#include "provider/framework/resource.h"

namespace microstack::provider {

// `component` must outlive it.
std::unique_ptr<terraform::AnyResource> component_resource(Clouds& clouds, const Component& component);

}  // namespace microstack::provider
