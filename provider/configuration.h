// provider "microstack" {}: all of it optional, also from the environment.
#pragma once

#include <memory>

#include "engine/cloud/cloud.h"
#include "provider/framework/sources.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyConfiguration> configuration(Clouds& clouds);

}  // namespace microstack::provider
