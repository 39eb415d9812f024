// Which units start at boot and which must never run (masked): one fact for all units of a node, because systemd reads
// all its files again for every single change of one.
#pragma once

#include <vector>

#include "engine/plan/step.h"
#include "engine/services/systemd.h"

namespace microstack {

class BootStep : public Step {
 public:
  BootStep(Host& host, Systemd& systemd, std::vector<std::string> enabled, std::vector<std::string> masked);

  std::string id() const override { return "boot"; }
  std::string title() const override { return "Units that start at boot"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return {{"enabled", enabled_}, {"masked", masked_}}; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Result<std::vector<Systemd::State>> look(std::stop_token stop);

  Host& host_;
  Systemd& systemd_;
  std::vector<std::string> enabled_;
  std::vector<std::string> masked_;
};

}  // namespace microstack
