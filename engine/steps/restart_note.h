// "Restart UNIT": left before a file of the unit changes, taken away after the unit was restarted, so that being killed in
// between restarts it the next time.
#pragma once

#include <string>

#include "engine/host/host.h"

namespace microstack {

class RestartNote {
 public:
  // A reload of the unit answers the second kind, and leaves the first alone.
  enum class Kind { restart, reload };
  RestartNote(Host& host, const std::string& unit, Kind kind = Kind::restart)
      : host_(host), path_("/var/lib/microstack/restart/" + unit + (kind == Kind::reload ? ".reload" : "")) {}

  Status leave(const std::string& reason) {
    return host_.write(path_, FileContent{reason, 0600, "root", "root"});
  }
  Result<std::optional<std::string>> reason() const;
  Status take_away() { return host_.remove(path_); }

 private:
  Host& host_;
  std::string path_;
};

}  // namespace microstack
