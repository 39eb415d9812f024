// What Kubernetes says of a unit: its pod is called as the unit is, in a namespace called as the model is.
#pragma once

#include "engine/clients/kubernetes/cluster.h"
#include "engine/steps/juju/evidence.h"

namespace microstack::charmed {

class PodEvidence : public juju::Evidence {
 public:
  explicit PodEvidence(kubernetes::Access access);
  std::vector<std::string> of(const std::string& model, const std::string& unit,
                              const juju::Limit& limit) override;
  kubernetes::Cluster& cluster() { return cluster_; }

 private:
  kubernetes::Cluster cluster_;
};

}  // namespace microstack::charmed
