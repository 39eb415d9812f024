#include "engine/steps/file.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/hash.h"
#include "engine/steps/restart_note.h"

namespace microstack {
namespace {

// Where a file goes that somebody changed after it was written here, when it is taken away: all folders of programs are
// swept then.
constexpr const char* edited_folder = "/var/backups/microstack/";

// Hashes of the last two contents that were written: who is killed in between leaves either.
std::string note_of(const std::string& id) {
  return "written:" + id;
}

}  // namespace

Status FileStep::note_written(const std::string& content) {
  MS_TRY(const auto noted, undo_.find(note_of(id())));
  const std::string before = noted && noted->content ? noted->content->bytes : std::string();
  const std::string hash = sha256_hex(content) + "\n";
  if (before.ends_with(hash)) return {};
  const std::string last = before.size() > hash.size() ? before.substr(before.size() - hash.size()) : before;
  return undo_.replace(note_of(id()), UndoRecord{true, FileContent{last + hash, 0600, "root", "root"}});
}

Status FileStep::keep_edit(const std::optional<FileContent>& before, StepContext& context) {
  MS_TRY(const auto noted, undo_.find(note_of(id())));
  if (!noted || !noted->content) return {};  // nobody knows what was written
  MS_TRY(auto found, host_.read(fact_.path));
  if (!found || (before && found->bytes == before->bytes) ||
      noted->content->bytes.find(sha256_hex(found->bytes)) != std::string::npos)
    return {};
  std::string name = fact_.path;
  std::replace(name.begin(), name.end(), '/', '%');
  MS_CHECK(host_.write(edited_folder + name, FileContent{std::move(found->bytes), 0600, "root", "root"}));
  context.progress(0, 0, fact_.path + " was changed by hand; what it was is in " + edited_folder + name);
  return {};
}

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
  MS_CHECK(note_written(content));
  for (const std::string& unit : fact_.restarts) MS_CHECK(RestartNote(host_, unit).leave(fact_.path));
  return host_.write(fact_.path, FileContent{std::move(content), fact_.mode, fact_.owner, fact_.group});
}

Status FileStep::undo(StepContext& context) {
  MS_TRY(const auto before, undo_.find(id()));
  if (!before) return undo_.forget(note_of(id()));
  MS_CHECK(keep_edit(before->content, context));
  MS_CHECK(before->content ? host_.write(fact_.path, *before->content) : host_.remove(fact_.path));
  const auto folder = fact_.path.substr(0, fact_.path.rfind('/'));
  if (folder.starts_with("/etc/systemd/system/") && !before->content) {
    Command empty;  // a unit's drop-ins' folder goes with the last of them; one that holds others stays
    empty.argv = {"rmdir", folder};
    MS_TRY(const auto gone, host_.run(empty));
  }
  MS_CHECK(undo_.forget(id()));
  return undo_.forget(note_of(id()));
}

}  // namespace microstack
