// A systemd unit runs, with its files as they are now.
#pragma once

#include <optional>
#include <string>

#include "engine/plan/step.h"
#include "engine/services/systemd.h"

namespace microstack {

class UnitStep : public Step {
 public:
  // `reloads`: takes its changed files by a reload; else it is restarted.
  UnitStep(Host& host, Systemd& systemd, std::string name, bool reloads = false,
           std::chrono::seconds limit = std::chrono::seconds(300));

  std::string id() const override { return "unit:" + name_; }
  std::string title() const override { return "Start " + name_; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return Json::object(); }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Result<std::optional<std::string>> restart_reason();
  Status take_notes_away();

  Host& host_;
  Systemd& systemd_;
  std::string name_;
  bool reloads_;
  std::chrono::seconds limit_;
};

}  // namespace microstack
