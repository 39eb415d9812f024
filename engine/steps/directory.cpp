#include "engine/steps/directory.h"

#include <fmt/format.h>

namespace microstack {

Json DirectoryStep::inputs() const {
  return {{"mode", fmt::format("{:04o}", fact_.mode)}, {"owner", fact_.owner + ":" + fact_.group}};
}

Result<std::string> DirectoryStep::look(StepContext& context) {
  const Command stat{{"stat", "--format=%F %04a %U:%G", "--", fact_.path}};
  MS_TRY(const auto found, host_.run(stat, context.stop));
  const std::string kind = "directory ";
  if (!found.ok() || !found.out.starts_with(kind)) return std::string();
  std::string text = found.out.substr(kind.size());
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

Result<Truth> DirectoryStep::check(StepContext& context) {
  MS_TRY(const std::string found, look(context));
  if (found.empty()) return Truth::no("folder " + fact_.path + " is missing");
  const std::string wanted = fmt::format("{:04o} {}:{}", fact_.mode, fact_.owner, fact_.group);
  if (found == wanted) return Truth::yes();
  return Truth::no("folder " + fact_.path + " is " + found + " instead of " + wanted);
}

Status DirectoryStep::apply(StepContext& context) {
  MS_TRY(const std::string found, look(context));
  UndoRecord before;
  if (!found.empty()) before = {true, FileContent{found, 0600, "root", "root"}};
  MS_CHECK(undo_.keep(id(), before));
  MS_TRY([[maybe_unused]] const auto out,
         run_ok(host_,
                Command{{"install", "--directory", "--mode", fmt::format("{:04o}", fact_.mode), "--owner",
                         fact_.owner, "--group", fact_.group, "--", fact_.path}},
                context.stop));
  return {};
}

Status DirectoryStep::undo(StepContext& context) {
  MS_TRY(const auto before, undo_.find(id()));
  if (!before) return {};
  if (before->content) {
    const std::string& was = before->content->bytes;  // "0750 nova:nova"
    const auto space = was.find(' ');
    const std::vector<std::vector<std::string>> back = {{"chown", "--", was.substr(space + 1), fact_.path},
                                                        {"chmod", "--", was.substr(0, space), fact_.path}};
    for (const auto& argv : back) {
      MS_TRY([[maybe_unused]] const auto out, run_ok(host_, Command{argv}, context.stop));
    }
  } else {
    MS_TRY([[maybe_unused]] const auto result,  // fails where it is gone or not empty: both are fine
           host_.run(Command{{"rmdir", "--", fact_.path}}, context.stop));
  }
  return undo_.forget(id());
}

}  // namespace microstack
