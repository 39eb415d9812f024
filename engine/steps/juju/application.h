// Applications: there at all, with how many units, from which channel.
#pragma once

#include "engine/clients/juju/applications.h"
#include "engine/steps/juju/model_step.h"

namespace microstack::juju {

// That an application of this charm is there and has the trust that is wished. Deploying takes channel, base, units
// and configuration along, so that they need no second call; that they stay true is other steps' fact.
class ApplicationPresent : public ModelStep {
 public:
  ApplicationPresent(ModelView& view, CharmhubApplication wish, Waits waits = {})
      : ModelStep(view, waits), wish_(std::move(wish)) {}
  std::string id() const override { return "application:" + wish_.name; }
  std::string title() const override { return "Deploy " + wish_.name; }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  // Error (ask): an application of that name runs another charm.
  Status apply(StepContext& context) override;
  // Waits until it has gone; forced when that takes too long. Error: what is left and how it is.
  Status undo(StepContext& context) override;

 private:
  CharmhubApplication wish_;
};

class ScaleStep : public ModelStep {
 public:
  ScaleStep(ModelView& view, std::string application, int units, Waits waits = {})
      : ModelStep(view, waits), application_(std::move(application)), units_(units) {}
  std::string id() const override { return "scale:" + application_; }
  std::string title() const override { return "Scale " + application_ + " to " + std::to_string(units_); }
  Json inputs() const override { return {{"units", units_}}; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext&) override { return {}; }

 private:
  std::string application_;
  int units_;
};

// Channel, and where one is pinned the revision.
class ChannelStep : public ModelStep {
 public:
  ChannelStep(ModelView& view, Refresh wish, Waits waits = {})
      : ModelStep(view, waits), wish_(std::move(wish)) {}
  std::string id() const override { return "channel:" + wish_.application; }
  std::string title() const override { return "Refresh " + wish_.application + " to " + text(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext&) override { return {}; }

 private:
  std::string text() const;
  Refresh wish_;
};

// The charm's name in what FullStatus says of it: ch:amd64/keystone-k8s-207 -> keystone-k8s.
std::string charm_name(const std::string& url);

}  // namespace microstack::juju
