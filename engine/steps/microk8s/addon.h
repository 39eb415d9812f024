// An add-on of MicroK8s that is enabled.
#pragma once

#include <map>

#include "engine/host/host.h"
#include "engine/plan/step.h"

namespace microstack {

struct AddonFact {
  std::string name;
  std::string argument;  // metallb: a range of addresses
  std::map<std::string, std::string> environment;
  std::chrono::milliseconds limit{10 * 60'000};
};

class AddonStep : public Step {
 public:
  AddonStep(Host& host, AddonFact fact) : host_(host), fact_(std::move(fact)) {}
  std::string id() const override { return "addon:" + fact_.name; }
  std::string title() const override { return "Enable " + fact_.name + " of MicroK8s"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return {{"argument", fact_.argument}}; }
  // Waits until MicroK8s is ready, for some minutes. Its argument cannot be seen afterwards.
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Result<bool> enabled(StepContext& context);
  Result<std::string> microk8s(const std::string& verb, const std::string& what, StepContext& context);
  Host& host_;
  AddonFact fact_;
};

}  // namespace microstack
