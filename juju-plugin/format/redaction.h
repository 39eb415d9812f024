// What must not leave a cloud in a support bundle.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/secret.h"

namespace microstack::plugin {

// The text without: the known secrets (each line of one, where it is long enough to be no word), private keys,
// tokens, passwords in URLs, and the values of what is called password, secret or token. What is gone is named:
// "[secret nova/db]", "[redacted]".
std::string redacted(std::string text, const std::vector<std::pair<std::string, Secret>>& known);

}  // namespace microstack::plugin
