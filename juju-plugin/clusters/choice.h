// Which cloud is meant.
#pragma once

#include <memory>

#include "juju-plugin/clusters/cluster.h"

namespace microstack::plugin {

struct Chosen {
  std::string cluster;     // --cluster, $MICROSTACK_CLUSTER: a name of a cloud of this host, or a cluster id
  std::string model;       // -m, --model, $JUJU_MODEL
  std::string controller;  // -c, --controller, $JUJU_CONTROLLER
};

// A cluster that was named; else the model that was named; else the only native cloud of this host; else the
// client store's current model. Error (ask): none, or several, with what there is.
Result<std::unique_ptr<Cluster>> choose_cluster(const Catalogue& catalogue, const Chosen& chosen,
                                                const Watch& watch);

// Names of the native clouds of this host: those with machines here, and that of this very host.
Result<std::vector<std::string>> native_clouds(const Watch& watch);

}  // namespace microstack::plugin
