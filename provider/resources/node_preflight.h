// What stands in the way of a node, told at plan at the attribute that causes it. Only looks.
#pragma once

#include "engine/cloud/cloud.h"
#include "provider/framework/call.h"
#include "provider/resources/node_model.h"

namespace microstack::provider {

// Of a cluster that is planned along with it, all that needs no answer of the cluster.
void preflight(Clouds& clouds, const NodeModel& planned, terraform::Call& call);
// Of a node that is there, when its settings or its physical networks change.
void preflight_change(Clouds& clouds, const NodeModel& prior, const NodeModel& planned,
                      terraform::Call& call);

}  // namespace microstack::provider
