// An action that is to be run once on the leader of an application. That it was is written on the application as an
// annotation, with what it was run with.
#pragma once

#include "engine/steps/juju/model_step.h"

namespace microstack::juju {

struct ActionWish {
  std::string application, action;
  Json parameters = Json::object();  // no secret
  std::chrono::milliseconds limit{600'000};
  std::chrono::milliseconds poll{1'000};  // between two looks at its state
};

class ActionStep : public ModelStep {
 public:
  ActionStep(ModelView& view, ActionWish wish, Waits waits = {})
      : ModelStep(view, waits), wish_(std::move(wish)) {}
  std::string id() const override { return "action:" + wish_.application + "/" + wish_.action; }
  std::string title() const override { return "Run " + wish_.action + " on " + wish_.application; }
  Json inputs() const override { return wish_.parameters; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;  // forgets that it was run

 private:
  std::string key() const { return "microstack-" + wish_.action; }
  std::string mark() const;
  ActionWish wish_;
};

}  // namespace microstack::juju
