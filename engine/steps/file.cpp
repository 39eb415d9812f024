#include "engine/steps/file.h"

#include <fmt/format.h>

#include "engine/base/hash.h"
#include "engine/steps/restart_note.h"

namespace microstack {

Json FileStep::inputs() const {
  Json inputs = {{"sha256", sha256_hex(fact_.content.shown()).substr(0, 16)},
                 {"mode", fmt::format("{:04o}", fact_.mode)},
                 {"owner", fact_.owner + ":" + fact_.group}};
  if (fact_.content.has_secrets()) inputs["secrets"] = fact_.content.names();
  if (!fact_.restarts.empty()) inputs["restarts"] = fact_.restarts;
  return inputs;
}

Result<Truth> FileStep::check(StepContext&) {
  MS_TRY(const auto found, host_.read(fact_.path));
  if (!found) return Truth::no("file " + fact_.path + " is missing");
  MS_TRY(const auto wanted, fact_.content.find(secrets_));
  if (!wanted || found->bytes != *wanted) return Truth::no("file " + fact_.path + " has other content");
  if (found->mode != fact_.mode)
    return Truth::no(
        fmt::format("file {} has mode {:04o} instead of {:04o}", fact_.path, found->mode, fact_.mode));
  if (found->owner != fact_.owner || found->group != fact_.group)
    return Truth::no(fmt::format("file {} belongs to {}:{} instead of {}:{}", fact_.path, found->owner,
                                 found->group, fact_.owner, fact_.group));
  return Truth::yes();
}

Status FileStep::apply(StepContext&) {
  MS_TRY(std::string content, fact_.content.resolve(secrets_));
  MS_TRY(const auto found, host_.read(fact_.path));
  MS_CHECK(undo_.keep(id(), UndoRecord{found.has_value(), found}));
  for (const std::string& unit : fact_.restarts) MS_CHECK(RestartNote(host_, unit).leave(fact_.path));
  return host_.write(fact_.path, FileContent{std::move(content), fact_.mode, fact_.owner, fact_.group});
}

Status FileStep::undo(StepContext&) {
  MS_TRY(const auto before, undo_.find(id()));
  if (!before) return {};
  MS_CHECK(before->content ? host_.write(fact_.path, *before->content) : host_.remove(fact_.path));
  const auto folder = fact_.path.substr(0, fact_.path.rfind('/'));
  if (folder.starts_with("/etc/systemd/system/") && !before->content) {
    Command empty;  // a unit's drop-ins' folder goes with the last of them; one that holds others stays
    empty.argv = {"rmdir", folder};
    MS_TRY(const auto gone, host_.run(empty));
  }
  return undo_.forget(id());
}

}  // namespace microstack
