// Integrations within a model, and what it offers to others.
#pragma once

#include "engine/clients/juju/integrations.h"
#include "engine/steps/juju/model_step.h"

namespace microstack::juju {

class IntegrationStep : public ModelStep {
 public:
  // Endpoints are application:endpoint.
  IntegrationStep(ModelView& view, std::string one, std::string other, Waits waits = {})
      : ModelStep(view, waits), one_(std::move(one)), other_(std::move(other)) {}
  std::string id() const override { return "integration:" + one_ + " " + other_; }
  std::string title() const override { return "Integrate " + one_ + " with " + other_; }
  Json inputs() const override { return Json::object(); }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  std::string one_, other_;
};

struct OfferWish {
  std::string name, application;
  std::vector<std::string> endpoints;
};

// Taking an offer back ends what is connected to it.
class OfferStep : public ModelStep {
 public:
  OfferStep(ModelView& view, OfferWish wish, Waits waits = {});
  std::string id() const override { return "offer:" + wish_.name; }
  std::string title() const override { return "Offer " + wish_.name; }
  Json inputs() const override {
    return {{"application", wish_.application}, {"endpoints", wish_.endpoints}};
  }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  OfferWish wish_;
};

}  // namespace microstack::juju
