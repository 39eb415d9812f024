// What of a host machines could leave behind: mounts, links, nftables tables, namespaces, control groups,
// processes, units, forwarding. Taken before and after, the difference proves that destroying left nothing.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/host/host.h"

namespace microstack {

using Census =
    std::set<std::string>;  // a line for everything there is: "mount /x", "link br0", "table ip nat"

// Lines that hold one of `only` where any is given: on a busy host, what is not ours comes and goes.
Result<Census> take_census(Host& host, const std::vector<std::string>& only = {});

// "left: link br0", "missing: ..."; empty when nothing changed.
std::vector<std::string> census_difference(const Census& before, const Census& after);

}  // namespace microstack
