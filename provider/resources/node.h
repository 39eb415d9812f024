// microstack_node: a machine of a cluster besides its first one.
#pragma once

#include <memory>

#include "engine/cloud/cloud.h"
#include "provider/framework/sources.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyResource> node_resource(Clouds& clouds);
// The nodes of a cluster, for `terraform query` and bulk import.
std::unique_ptr<terraform::AnyList> node_list(Clouds& clouds);

}  // namespace microstack::provider
