// A file with this content, mode and owner. What somebody changed in it by hand is put right by apply(); undo() keeps it,
// for root only, in /var/backups/microstack.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/host/host.h"
#include "engine/plan/step.h"
#include "engine/steps/secrets.h"
#include "engine/steps/undo_records.h"

namespace microstack {

struct FileFact {
  std::string path;
  MarkedText content;
  unsigned mode = 0644;
  std::string owner = "root";
  std::string group = "root";
  std::vector<std::string> restarts;  // units that must be restarted when it changed
};

class FileStep : public Step {
 public:
  FileStep(Host& host, Secrets& secrets, UndoRecords& undo, FileFact fact)
      : host_(host), secrets_(secrets), undo_(undo), fact_(std::move(fact)) {}

  std::string id() const override { return "file:" + fact_.path; }
  std::string title() const override { return "Write " + fact_.path; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Status note_written(const std::string& content);
  Status keep_edit(const std::optional<FileContent>& before, StepContext& context);

  Host& host_;
  Secrets& secrets_;
  UndoRecords& undo_;
  FileFact fact_;
};

}  // namespace microstack
