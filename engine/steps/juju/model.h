// A model with its configuration.
#pragma once

#include "engine/steps/juju/model_step.h"

namespace microstack::juju {

struct ModelWish {
  std::string cloud;       // empty: the controller's
  std::string credential;  // its name; empty: the owner's only one
  std::map<std::string, std::string> config;
  std::chrono::milliseconds poll{2'000};  // between two looks at a removal
};

// Taking it back takes everything in it: first by asking, after a while by force; the error names what is left.
class ModelPresent : public ModelStep {
 public:
  ModelPresent(ModelView& view, ModelWish wish, Waits waits = {})
      : ModelStep(view, waits), wish_(std::move(wish)) {}
  std::string id() const override { return "model:" + view_.name(); }
  std::string title() const override { return "Make model " + view_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  // A model of that name that is being destroyed must be gone first.
  Status wait_until_gone(const ModelInfo& dying, StepContext& context);
  ModelWish wish_;
};

}  // namespace microstack::juju
