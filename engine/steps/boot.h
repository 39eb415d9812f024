// Which units start at boot and which must never run (masked): one fact for all units of a node, because systemd reads
// all its files again for every single change of one.
#pragma once

#include <vector>

#include "engine/plan/step.h"
#include "engine/services/systemd.h"
#include "engine/steps/undo_records.h"

namespace microstack {

class BootStep : public Step {
 public:
  // What undo makes of an enabled unit that no record speaks of: its package had enabled it, or somebody before us.
  enum class Unrecorded { stays, disabled };

  BootStep(Host& host, Systemd& systemd, UndoRecords& undo, std::vector<std::string> enabled,
           std::vector<std::string> masked, Unrecorded unrecorded = Unrecorded::stays);

  std::string id() const override { return "boot"; }
  std::string title() const override { return "Units that start at boot"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return {{"enabled", enabled_}, {"masked", masked_}}; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;  // each unit as it was before it was first touched

 private:
  Result<std::vector<Systemd::State>> look(std::stop_token stop);
  Status keep(const std::string& unit, const Systemd::State& state);

  Host& host_;
  Systemd& systemd_;
  UndoRecords& undo_;
  std::vector<std::string> enabled_;
  std::vector<std::string> masked_;
  Unrecorded unrecorded_;
};

}  // namespace microstack
