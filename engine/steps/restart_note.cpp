#include "engine/steps/restart_note.h"

namespace microstack {

Result<std::optional<std::string>> RestartNote::reason() const {
  MS_TRY(auto note, host_.read(path_));
  if (!note) return std::optional<std::string>();
  return std::optional(std::move(note->bytes));
}

}  // namespace microstack
