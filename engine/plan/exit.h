// What a program of ours ends with (contract 7).
#pragma once

#include "engine/base/result.h"

namespace microstack {

enum class Exit {
  ok = 0,
  usage = 2,
  pending = 3,  // plan, status: something differs
  blocked = 4,  // a person must change something first
  failed = 5,   // failed; the same call goes on where it ended
  locked = 6,   // another run or a newer revision is in the way
};

Exit exit_of(const Error& error);  // ask: blocked; the codes "busy" and "revision": locked; else failed

}  // namespace microstack
