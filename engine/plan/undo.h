// Undo records: the state of a host's file, link or package before we touched it, on disk before the change
// is made. undo() of a step follows its record exactly; `remove` follows all that are left.
//
//   apply:  MS_CHECK(undo.keep("file:/etc/hosts", {.existed = true, .facts = {{"mode", 0644}}, .bytes =
//   old}));  ... change undo:   MS_TRY(auto before, undo.find("file:/etc/hosts"));  restore or remove;
//   MS_CHECK(undo.forget("file:/etc/hosts"));
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack {

struct UndoRecord {
  bool existed = false;         // false: undo removes it
  Json facts = Json::object();  // what the kind of step needs: mode, owner, link target, package version ...
  std::string bytes;            // a file's content, any bytes
  bool operator==(const UndoRecord&) const = default;
};

class UndoRecords {
 public:
  // `folder` on this host is made at the first record (0700: contents may be secret).
  explicit UndoRecords(std::string folder);

  // The first record of a key stays: it is the state before we ever touched it, so an apply that was killed
  // and is called again does not record its own half. On disk (synced) when this returns.
  Status keep(const std::string& key, const UndoRecord& before);
  Result<std::optional<UndoRecord>> find(const std::string& key) const;
  Status forget(const std::string& key);          // succeeds when there is none
  Result<std::vector<std::string>> keys() const;  // newest first: the order to undo in

 private:
  std::string path(const std::string& key) const;
  std::string folder_;
};

}  // namespace microstack
