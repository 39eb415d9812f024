// What a component's programs make by themselves: files in folders of theirs, units that are started along. Nothing is done
// but to write down what is there before they first run; undoing it takes away what came since.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/host/host.h"
#include "engine/plan/step.h"
#include "engine/services/systemd.h"
#include "engine/steps/undo_records.h"

namespace microstack {

struct TracesFact {
  std::string component;
  std::vector<std::string> paths;  // folders and files; below /etc contents are kept, too
  std::vector<std::string> units;  // such as sockets that start the component's own unit
  std::vector<std::string> mounts =
      {};  // folders that are mounted on themselves; left where something is in them
};

class TracesStep : public Step {
 public:
  TracesStep(Host& host, Systemd& systemd, UndoRecords& undo, TracesFact fact)
      : host_(host), systemd_(systemd), undo_(undo), fact_(std::move(fact)) {}

  std::string id() const override { return "traces:" + fact_.component; }
  std::string title() const override { return "Note what was there before " + fact_.component; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override {
    return {{"paths", fact_.paths}, {"units", fact_.units}, {"mounts", fact_.mounts}};
  }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  struct Found {
    std::string type;   // d, f, l, ... as find says
    std::string mode;   // 0750
    std::string owner;  // nova:nova
  };
  Result<std::map<std::string, Found>> look(std::stop_token stop);
  Status unmount(const Json& before, std::stop_token stop);

  Host& host_;
  Systemd& systemd_;
  UndoRecords& undo_;
  TracesFact fact_;
};

}  // namespace microstack
