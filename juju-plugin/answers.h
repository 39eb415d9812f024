// Does something answer there?
#pragma once

#include <chrono>
#include <string>

namespace microstack::plugin {

// True when an SSH server greets at that address within the limit.
bool ssh_greets(const std::string& address, int port, std::chrono::milliseconds limit);

}  // namespace microstack::plugin
