// Distribution packages are installed: one apt run for all of them, none where dpkg says that all are there.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/catalogue/profile.h"
#include "engine/host/host.h"
#include "engine/plan/step.h"
#include "engine/steps/undo_records.h"

namespace microstack {

class PackagesStep : public Step {
 public:
  PackagesStep(Host& host, UndoRecords& undo, std::vector<std::string> names, Profile::Packages source)
      : host_(host), undo_(undo), names_(std::move(names)), source_(std::move(source)) {}

  std::string id() const override { return "packages"; }
  std::string title() const override { return "Install packages"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;  // removes only those that were not there before

 private:
  // Of all that dpkg knows, what was removed and not purged among it: name -> installed, config-files, half-configured, ...
  Result<std::map<std::string, std::string>> states(StepContext& context);
  Result<std::set<std::string>> installed(StepContext& context);
  Result<std::vector<std::string>> missing(StepContext& context);
  std::vector<std::string> apt(std::vector<std::string> arguments) const;
  // The packages that such a call of apt-get would install or remove.
  Result<std::set<std::string>> simulated(std::vector<std::string> arguments, StepContext& context);
  Status keep_along(const std::set<std::string>& brought);
  Status remove_along(StepContext& context);
  Status finish_interrupted(StepContext& context);
  Status write_source();
  Status allow_starting();

  Host& host_;
  UndoRecords& undo_;
  std::vector<std::string> names_;
  Profile::Packages source_;
};

}  // namespace microstack
