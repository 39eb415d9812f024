// A folder with this mode and owner.
#pragma once

#include "engine/host/host.h"
#include "engine/plan/step.h"
#include "engine/steps/undo_records.h"

namespace microstack {

struct DirectoryFact {
  std::string path;
  unsigned mode = 0755;
  std::string owner = "root";
  std::string group = "root";
};

class DirectoryStep : public Step {
 public:
  DirectoryStep(Host& host, UndoRecords& undo, DirectoryFact fact)
      : host_(host), undo_(undo), fact_(std::move(fact)) {}

  std::string id() const override { return "directory:" + fact_.path; }
  std::string title() const override { return "Folder " + fact_.path; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(
      StepContext& context) override;  // removes it when it is empty: what was put into it is not ours

 private:
  Result<std::string> look(StepContext& context);  // "0755 root:root"; empty where there is no folder

  Host& host_;
  UndoRecords& undo_;
  DirectoryFact fact_;
};

}  // namespace microstack
