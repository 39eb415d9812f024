// A cloud and a credential that the controller knows.
#pragma once

#include "engine/clients/juju/clouds.h"
#include "engine/clients/juju/controller.h"
#include "engine/plan/step.h"

namespace microstack::juju {

class CloudStep : public Step {
 public:
  CloudStep(Controller& controller, std::string name, Cloud cloud)
      : controller_(controller), name_(std::move(name)), cloud_(std::move(cloud)) {}
  std::string id() const override { return "cloud:" + name_; }
  std::string title() const override { return "Make cloud " + name_ + " known"; }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  // Error (ask): there is another cloud of that name.
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Controller& controller_;
  std::string name_;
  Cloud cloud_;
};

// Its values cannot be read back: a credential that is there holds. It is not taken back: other models may use it.
class CredentialStep : public Step {
 public:
  CredentialStep(Controller& controller, std::string cloud, std::string name, Credential credential)
      : controller_(controller),
        cloud_(std::move(cloud)),
        name_(std::move(name)),
        credential_(std::move(credential)) {}
  std::string id() const override { return "credential:" + cloud_ + "/" + name_; }
  std::string title() const override { return "Store credential " + name_ + " of cloud " + cloud_; }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext&) override { return {}; }

 private:
  std::string tag() const;
  Controller& controller_;
  std::string cloud_, name_;
  Credential credential_;
};

}  // namespace microstack::juju
