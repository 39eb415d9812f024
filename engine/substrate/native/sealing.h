// A step turned around: its fact is absent.
#pragma once

#include <memory>

#include "engine/plan/step.h"

namespace microstack::native {

class Absent : public Step {
 public:
  explicit Absent(std::unique_ptr<Step> step) : step_(std::move(step)) {}

  std::string id() const override { return "without:" + step_->id(); }
  std::string title() const override { return "Take out: " + step_->title(); }
  std::string host() const override { return step_->host(); }
  Json inputs() const override { return step_->inputs(); }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override { return step_->undo(context); }
  Status undo(StepContext&) override { return {}; }

 private:
  std::unique_ptr<Step> step_;
};

}  // namespace microstack::native
