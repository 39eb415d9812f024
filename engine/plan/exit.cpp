#include "engine/plan/exit.h"

namespace microstack {

Exit exit_of(const Error& error) {
  if (error.has_code("busy") || error.has_code("revision")) return Exit::locked;
  return error.kind == ErrorKind::ask ? Exit::blocked : Exit::failed;
}

}  // namespace microstack
