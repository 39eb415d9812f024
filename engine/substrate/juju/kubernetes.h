// The Kubernetes that a model is in: how it is reached is what the controller was told of it.
#pragma once

#include <memory>
#include <mutex>

#include "engine/clients/kubernetes/cluster.h"
#include "engine/steps/juju/evidence.h"
#include "engine/steps/juju/model_view.h"

namespace microstack::charmed {

// With the user's own credential for the model's cloud; its namespace is the model's.
// Error (ask): there is no such model; the credential is somebody else's; it is of a kind that a kubeconfig has not.
Result<kubernetes::Access> kubernetes_access(juju::ModelView& view, const juju::Limit& limit);

// Why the pods of a unit do not run, by their states, events and last lines.
class KubernetesEvidence : public juju::Evidence {
 public:
  explicit KubernetesEvidence(juju::ModelView& view) : view_(view) {}
  // Where Kubernetes cannot be asked, that is the evidence, once.
  std::vector<std::string> of(const std::string& model, const std::string& unit,
                              const juju::Limit& limit) override;

 private:
  juju::ModelView& view_;
  std::mutex mutex_;
  std::unique_ptr<kubernetes::Cluster> cluster_;
  bool silent_ = false;
};

}  // namespace microstack::charmed
