// A charmed cloud as a file: what `juju microstack deploy --manifest` is given.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/substrate/juju/wish.h"

namespace microstack::plugin {

// YAML (or JSON): name, region, features, and beside them every member of charmed::Wish by its name.
struct Manifest {
  std::string name, region;  // empty: not said
  std::vector<std::string> features;
  charmed::Wish wish;
  bool says_model = false;
};

// Error (ask): with file and line.
Result<Manifest> read_manifest(const std::string& path);

}  // namespace microstack::plugin
