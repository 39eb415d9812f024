#include "engine/steps/undo_records.h"

namespace microstack {
namespace {

// A record is one file that looks like the file it keeps: same mode and owner, so that a secret in it stays one. What did
// not exist is an empty file of a name of its own.
std::string absent(const std::string& path) {
  return path + ".absent";
}

}  // namespace

// "file:/etc/hosts" -> FOLDER/file:%etc%hosts
std::string UndoRecords::path(const std::string& key) const {
  std::string name = key;
  for (char& c : name)
    if (c == '/') c = '%';
  return folder_ + "/" + name;
}

Status UndoRecords::keep(const std::string& key, const UndoRecord& before) {
  MS_TRY(const auto kept, find(key));
  return kept ? Status() : replace(key, before);
}

Status UndoRecords::replace(const std::string& key, const UndoRecord& before) {
  if (before.content) return host_.write(path(key), *before.content);
  return host_.write(before.existed ? path(key) : absent(path(key)), FileContent{"", 0600, "root", "root"});
}

Result<std::optional<UndoRecord>> UndoRecords::find(const std::string& key) const {
  MS_TRY(auto content, host_.read(path(key)));
  if (content) return std::optional(UndoRecord{true, std::move(*content)});
  MS_TRY(const auto none, host_.read(absent(path(key))));
  if (none) return std::optional(UndoRecord{});
  return std::optional<UndoRecord>();
}

Status UndoRecords::forget(const std::string& key) {
  MS_CHECK(host_.remove(path(key)));
  return host_.remove(absent(path(key)));
}

}  // namespace microstack
