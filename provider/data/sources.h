// The data sources: each looks, none touches.
#pragma once

#include <memory>

#include "engine/cloud/cloud.h"
#include "provider/cloud/juju_clouds.h"
#include "provider/framework/sources.h"

namespace microstack::provider {

std::unique_ptr<terraform::AnyDataSource> cluster_source(Clouds& clouds);
std::unique_ptr<terraform::AnyDataSource> health_source(Clouds& clouds, JujuClouds& charmed);
std::unique_ptr<terraform::AnyDataSource> components_source(Clouds& clouds);
std::unique_ptr<terraform::AnyDataSource> sizing_source(Clouds& clouds);
std::unique_ptr<terraform::AnyDataSource> nodes_source(Clouds& clouds);

}  // namespace microstack::provider
