// What the last finished installation consisted of: every step with its inputs, and which program and catalogue it was made
// by. A newer program compares its own plan with it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/places.h"
#include "engine/plan/plan.h"

namespace microstack {

struct InstalledPlan {
  std::string program;                // version
  std::string catalogue;              // version
  std::map<std::string, Json> steps;  // id -> inputs
};

InstalledPlan installed_plan(const Plan& plan, const std::string& catalogue_version);
Result<std::optional<InstalledPlan>> read_installed_plan(const Places& places);
Status write_installed_plan(const Places& places, const InstalledPlan& plan);

struct StepChange {
  enum class Kind { added, changed, gone } kind;
  std::string step;
};
std::vector<StepChange> changes(const InstalledPlan& from, const InstalledPlan& to);

}  // namespace microstack
