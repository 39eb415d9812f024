// Configuration values of an application; keys that are not wished are other people's.
#pragma once

#include "engine/steps/juju/model_step.h"

namespace microstack::juju {

class ConfigStep : public ModelStep {
 public:
  // `name` tells apart two steps that set different keys of one application; empty: the application's.
  ConfigStep(ModelView& view, std::string application, std::map<std::string, std::string> values,
             std::string name = {}, Waits waits = {})
      : ModelStep(view, waits),
        application_(std::move(application)),
        values_(std::move(values)),
        name_(name.empty() ? application_ : std::move(name)) {}
  std::string id() const override { return "config:" + name_; }
  std::string title() const override { return "Configure " + application_; }
  Json inputs() const override { return values_; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  // The charm's defaults again.
  Status undo(StepContext& context) override;

 private:
  std::string application_;
  std::map<std::string, std::string> values_;
  std::string name_;
};

}  // namespace microstack::juju
