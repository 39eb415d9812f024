// Which cloud is meant.
#pragma once

#include <chrono>
#include <memory>

#include "juju-plugin/clusters/cluster.h"

namespace microstack::plugin {

struct Chosen {
  std::string cluster;     // --cluster, $MICROSTACK_CLUSTER: a name of a cloud of this host, or a cluster id
  std::string model;       // -m, --model, $JUJU_MODEL
  std::string controller;  // -c, --controller, $JUJU_CONTROLLER
  std::string
      kubeconfig;  // --kubeconfig: of the Kubernetes that a charmed cloud runs in; empty: it is not asked
  std::chrono::milliseconds poll{2'000};  // between two looks at a model
};

// A cluster that was named; else the model that was named; else the only native cloud of this host; else the charmed
// cloud in the client store's current model, or in the model openstack. Error (ask): none, or several, with what
// there is.
Result<std::unique_ptr<Cluster>> choose_cluster(const Catalogue& catalogue, const Chosen& chosen,
                                                const Watch& watch);

// Names of the native clouds of this host: those with machines here, and that of this very host.
Result<std::vector<std::string>> native_clouds(const Watch& watch);

}  // namespace microstack::plugin
