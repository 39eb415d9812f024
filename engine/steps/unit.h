// A systemd unit runs and starts at boot, or never runs (masked).
#pragma once

#include "engine/plan/step.h"
#include "engine/services/systemd.h"

namespace microstack {

struct UnitFact {
  std::string name;
  bool masked = false;
  std::chrono::seconds limit{300};
};

class UnitStep : public Step {
 public:
  UnitStep(Host& host, Systemd& systemd, UnitFact fact);

  std::string id() const override { return "unit:" + fact_.name; }
  std::string title() const override { return (fact_.masked ? "Mask " : "Start ") + fact_.name; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return fact_.masked ? Json{{"masked", true}} : Json::object(); }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Host& host_;
  Systemd& systemd_;
  UnitFact fact_;
};

}  // namespace microstack
