// A verb of microstack-hypervisor is a file in this folder: commands/machine.cpp defines `void
// add_machine(...)`, which adds the subcommand `machine` to the program. The file's name is its registration:
// CMake lists the folder and main calls every add_NAME, so there is no list to keep. What is not a verb lives
// elsewhere (hypervisor/install, engine/).
//
//   void add_machine(CLI::App& program, Front& front) {
//     auto* machine = program.add_subcommand("machine", "make and remove machines on this host");
//     machine->require_subcommand(1);
//     machine->add_subcommand("up", "...")->callback([&front] { front.finish(up(front)); });
//   }
#pragma once

#include <CLI/CLI.hpp>

#include "hypervisor/front.h"

namespace microstack {
using AddCommand = void (*)(CLI::App& program, Front& front);
}
