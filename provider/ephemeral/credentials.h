// microstack_credentials: an application credential for one run of Terraform, revoked when it is over.
#pragma once

#include <memory>

#include "engine/cloud/cloud.h"
#include "provider/framework/sources.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyEphemeral> credentials_ephemeral(Clouds& clouds);

}  // namespace microstack::provider
