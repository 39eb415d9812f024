// The three folders MicroStack keeps on a host (contract 10); the environment moves them, for tests and odd
// hosts.
#pragma once

#include <string>

namespace microstack {

struct Places {
  std::string state =
      "/var/lib/microstack";  // MICROSTACK_STATE: profile, deployment, secrets, undo records, journal
  std::string run = "/run/microstack";          // MICROSTACK_RUN: sockets, locks; gone after a reboot
  std::string cache = "/var/cache/microstack";  // MICROSTACK_CACHE: images

  static Places from_environment();
};

}  // namespace microstack
