// The Kubernetes that a model is in: how it is reached is what the controller was told of it.
#pragma once

#include <memory>
#include <mutex>

#include "engine/steps/juju/model_view.h"
#include "engine/substrate/juju/pod_evidence.h"

namespace microstack::charmed {

// With the user's own credential for the model's cloud; its namespace is the model's.
// Error (ask): there is no such model; the credential is somebody else's; it is of a kind that a kubeconfig has not.
Result<kubernetes::Access> kubernetes_access(juju::ModelView& view, const juju::Limit& limit);

// Evidence where nobody gave a kubeconfig: the controller is asked for it when the first evidence is wanted.
class ModelEvidence : public juju::Evidence {
 public:
  explicit ModelEvidence(juju::ModelView& view) : view_(view) {}
  std::vector<std::string> of(const std::string& model, const std::string& unit,
                              const juju::Limit& limit) override;

 private:
  juju::ModelView& view_;
  std::mutex mutex_;
  std::unique_ptr<PodEvidence> pods_;
};

}  // namespace microstack::charmed
