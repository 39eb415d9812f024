// The whole program but main(), so that tests run it.
#pragma once

#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {

// argv as main() gets it; the exit code (contract 7).
int program(int argc, const char* const* argv, Front& front);

}  // namespace microstack::plugin
