// The order of a plan as numbers: which nodes wait for which.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/plan/plan.h"

namespace microstack {

struct Graph {
  std::vector<std::vector<std::size_t>> before;  // of each node: those that must be done first
  std::vector<std::vector<std::size_t>> after;   // of each node: those that wait for it

  std::size_t size() const { return before.size(); }
  Graph reversed() const { return {after, before}; }
  Graph unordered() const {
    return {std::vector<std::vector<std::size_t>>(size()), std::vector<std::vector<std::size_t>>(size())};
  }
  // Every node after all it waits for; among those that could come next, the one that was added first.
  std::vector<std::size_t> order() const;
};

// Errors: an id twice, an `after` that names no step, a cycle (named).
Result<Graph> graph_of(const Plan& plan);

}  // namespace microstack
