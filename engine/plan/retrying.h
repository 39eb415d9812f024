// Retrying{step}: a step whose apply is called again while its error says that this may help.
#pragma once

#include <chrono>
#include <memory>

#include "engine/plan/step.h"

namespace microstack {

struct RetryLimits {
  int attempts = 3;
  std::chrono::milliseconds pause{2000};  // before the second attempt; doubled each time
};

class Retrying : public Step {
 public:
  explicit Retrying(std::unique_ptr<Step> step, RetryLimits limits = {})
      : step_(std::move(step)), limits_(limits) {}
  std::string id() const override { return step_->id(); }
  std::string title() const override { return step_->title(); }
  std::string host() const override { return step_->host(); }
  Json inputs() const override { return step_->inputs(); }
  Result<Truth> check(StepContext& context) override { return step_->check(context); }
  Status apply(StepContext& context) override;  // errors of another kind than retry are returned at once
  Status undo(StepContext& context) override { return step_->undo(context); }

 private:
  std::unique_ptr<Step> step_;
  RetryLimits limits_;
};

}  // namespace microstack
