// This very program at a place of its own on the node, where timers find it whoever brought it and whatever becomes of that.
#pragma once

#include "engine/host/host.h"
#include "engine/plan/step.h"

namespace microstack {

class ProgramStep : public Step {
 public:
  // `self`: the program that runs, on the host it runs on.
  explicit ProgramStep(Host& host, std::string path, std::string self = {});

  std::string id() const override { return "program:" + path_; }
  std::string title() const override { return "Keep this program on the node"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return Json::object(); }
  Result<Truth> check(StepContext& context) override;  // another version does as well: an upgrade replaces it
  Status apply(StepContext& context) override;         // a second name where that can be, else a copy
  Status undo(StepContext& context) override;

 private:
  Host& host_;
  std::string path_;
  std::string self_;
};

}  // namespace microstack
