// The truth about a deployment (contract 2) where both Terraform and the plug-in find it: with the model itself.
#pragma once

#include <functional>
#include <optional>

#include "engine/catalogue/deployment.h"
#include "engine/steps/juju/model_view.h"

namespace microstack::charmed {

class DeploymentRecord {
 public:
  virtual ~DeploymentRecord() = default;
  // Nothing where nothing was written down.
  virtual Result<std::optional<Deployment>> read(const juju::Limit& limit) = 0;
  // If the revision is still `if_match` (0: there is none yet): changes it and counts the revision up. An error with
  // the code "revision" when somebody else was first: read again, decide again.
  virtual Result<Deployment> edit(std::int64_t if_match, const std::function<Status(Deployment&)>& change,
                                  const juju::Limit& limit) = 0;
};

// As a user secret of the model, label `microstack-deployment`: on a Kubernetes model Juju keeps it as a Kubernetes
// Secret in the model's namespace, it goes with the model, and only administrators of the model can read it.
class JujuRecord : public DeploymentRecord {
 public:
  explicit JujuRecord(juju::ModelView& view) : view_(view) {}
  Result<std::optional<Deployment>> read(const juju::Limit& limit) override;
  Result<Deployment> edit(std::int64_t if_match, const std::function<Status(Deployment&)>& change,
                          const juju::Limit& limit) override;

 private:
  juju::ModelView& view_;
};

// edit() on top of what is there, again when somebody else was first.
Status change_record(DeploymentRecord& record, const std::function<Status(Deployment&)>& change,
                     const juju::Limit& limit);

}  // namespace microstack::charmed
