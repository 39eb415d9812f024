// provider "microstack" {}: all of it optional, also from the environment.
#pragma once

#include <memory>

#include "provider/framework/sources.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyConfiguration> configuration();

}  // namespace microstack::provider
