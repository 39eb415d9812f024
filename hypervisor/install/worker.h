// The process that carries an installation out, in a session of its own, whoever watches it.
#pragma once

#include <string>

#include "hypervisor/front.h"

namespace microstack {

struct InstallRequest {
  Profile profile;
  Stage stage = Stage::all;

  // Equal requests attach to the same run.
  std::string fingerprint() const;
  std::string text() const;  // for the worker's stdin; holds secrets
  static Result<InstallRequest> from_text(const std::string& text);
};

// Reads the request from stdin; says {"ready":true} on stdout once it listens, or {"error":{...},"exit":N}.
Exit work(Front& front);

}  // namespace microstack
