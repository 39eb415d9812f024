// A secret of the model that applications may read.
#pragma once

#include "engine/clients/juju/secrets.h"
#include "engine/steps/juju/model_step.h"

namespace microstack::juju {

class SecretStep : public ModelStep {
 public:
  // readers: applications it is granted to.
  SecretStep(ModelView& view, std::string label, SecretValues values, std::vector<std::string> readers = {},
             Waits waits = {})
      : ModelStep(view, waits),
        label_(std::move(label)),
        values_(std::move(values)),
        readers_(std::move(readers)) {}
  std::string id() const override { return "secret:" + label_; }
  std::string title() const override { return "Keep secret " + label_; }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  std::string label_;
  SecretValues values_;
  std::vector<std::string> readers_;
};

}  // namespace microstack::juju
