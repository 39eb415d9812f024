// What a host looked like before we touched it, on disk before the change is made. undo() of a step follows its record
// exactly.
#pragma once

#include <optional>
#include <string>

#include "engine/base/json.h"
#include "engine/host/host.h"

namespace microstack {

struct UndoRecord {
  bool existed = false;                // false: undo removes it
  std::optional<FileContent> content;  // of a file that existed
};

class UndoRecords {
 public:
  explicit UndoRecords(Host& host, std::string folder = "/var/lib/microstack/undo")
      : host_(host), folder_(std::move(folder)) {}

  // The first record of a key stays: it is the state before we ever touched it, so an apply that was killed and is called
  // again does not record its own half.
  Status keep(const std::string& key, const UndoRecord& before);
  // For a record that grows with each change: the caller puts into it what the old one held.
  Status replace(const std::string& key, const UndoRecord& before);
  Result<std::optional<UndoRecord>> find(const std::string& key) const;
  Status forget(const std::string& key);  // succeeds when there is none

 private:
  std::string path(const std::string& key) const;

  Host& host_;
  std::string folder_;
};

}  // namespace microstack
