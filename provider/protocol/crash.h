// A crash that a user can report: "panic: ..." and a backtrace on stderr, which Terraform shows, and no
// socket left.
#pragma once

#include <string>

namespace microstack::protocol {

// For an exception that nobody catches and for SIGSEGV, SIGBUS, SIGFPE and SIGILL: the process ends with
// status 2. The addresses are those of the file (addr2line -e FILE ADDRESS).
void install_crash_handlers();

// The file to remove when the process crashes.
void remove_at_crash(const std::string& socket);

}  // namespace microstack::protocol
