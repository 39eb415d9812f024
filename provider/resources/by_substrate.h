// One resource type for clouds of both substrates: the same schema, another resource behind it. It is decided by the
// value itself, by the attribute `substrate` or by an id or cluster_id that begins with juju://.
#pragma once

#include <memory>

#include "provider/framework/resource.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyResource> by_substrate(std::unique_ptr<terraform::AnyResource> native,
                                                     std::unique_ptr<terraform::AnyResource> juju);

}  // namespace microstack::provider
