// Which version of each facade this client speaks.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace microstack::juju {

// Facade -> versions the controller offers, as told at login.
using Offered = std::map<std::string, std::vector<int>>;

// The highest version that both sides know. Error (give_up): the facade or a common version is missing; it
// names what the controller offers and which Juju is needed.
Result<int> choose_version(const std::string& facade, const Offered& offered,
                           const std::string& server_version);

}  // namespace microstack::juju
