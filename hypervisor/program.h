// The whole program but for what main() chooses: which planner turns a profile into steps.
#pragma once

#include "hypervisor/install/planner.h"

namespace microstack {
int program(int argc, char** argv, MakePlanner planner);
}
