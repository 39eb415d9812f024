// What a shell offers for the next word.
#pragma once

#include "juju-plugin/verb.h"

namespace microstack::plugin {

// `words` are those behind the program's name; the last one is being typed, and may be empty. Asks no cloud: names
// come from the catalogue and this host's own records.
std::vector<std::string> complete(const std::vector<Verb>& verbs, const std::vector<std::string>& words,
                                  Front& front);

// For `source`: completes `juju-microstack` and `juju microstack`, and leaves the rest of `juju` to who did it before.
const char* bash_completion();

}  // namespace microstack::plugin
