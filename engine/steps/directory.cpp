#include "engine/steps/directory.h"

#include <fmt/format.h>

namespace microstack {

Json DirectoryStep::inputs() const {
  return {{"mode", fmt::format("{:04o}", fact_.mode)}, {"owner", fact_.owner + ":" + fact_.group}};
}

Result<Truth> DirectoryStep::check(StepContext& context) {
  MS_TRY(const auto stat,
         host_.run(Command{{"stat", "--format=%F %04a %U:%G", "--", fact_.path}}, context.stop));
  if (!stat.ok()) return Truth::no("folder " + fact_.path + " is missing");
  const std::string wanted = fmt::format("directory {:04o} {}:{}", fact_.mode, fact_.owner, fact_.group);
  std::string found = stat.out;
  while (!found.empty() && found.back() == '\n') found.pop_back();
  if (found == wanted) return Truth::yes();
  return Truth::no("folder " + fact_.path + " is " + found + " instead of " + wanted);
}

Status DirectoryStep::apply(StepContext& context) {
  MS_TRY([[maybe_unused]] const auto out,
         run_ok(host_,
                Command{{"install", "--directory", "--mode", fmt::format("{:04o}", fact_.mode), "--owner",
                         fact_.owner, "--group", fact_.group, "--", fact_.path}},
                context.stop));
  return {};
}

Status DirectoryStep::undo(StepContext& context) {
  MS_TRY([[maybe_unused]] const auto result,  // fails where it is gone or not empty: both are fine
         host_.run(Command{{"rmdir", "--", fact_.path}}, context.stop));
  return {};
}

}  // namespace microstack
