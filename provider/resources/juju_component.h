// An optional component of a cluster with substrate = "juju": its applications, and what joins them with the others.
#pragma once

#include <memory>

#include "provider/cloud/juju_clouds.h"
#include "provider/framework/resource.h"

namespace microstack::provider {

// The schema is the one of component_resource(): one type for both substrates. It and `component` outlive this.
std::unique_ptr<terraform::AnyResource> juju_component_resource(JujuClouds& clouds,
                                                                const Component& component,
                                                                const terraform::Schema& schema);

}  // namespace microstack::provider
