// The steps and the order between them. Building a plan does no I/O; its text is golden-tested.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/plan/step.h"

namespace microstack {

class Plan {
 public:
  struct Node {
    std::unique_ptr<Step> step;
    std::vector<std::string> after;  // ids of steps that must hold first
  };

  // Adds a step that runs once all of `after` hold.
  void add(std::unique_ptr<Step> step, std::vector<std::string> after = {});
  // Moves all steps of `other` in; each of its roots additionally waits for `after`.
  void add(Plan other, const std::vector<std::string>& after = {});

  const std::vector<Node>& nodes() const { return nodes_; }
  std::size_t size() const { return nodes_.size(); }
  bool empty() const { return nodes_.empty(); }

  // Errors: an id twice, an `after` that names no step, a cycle (named).
  Status validate() const;
  // One line per step in a stable topological order: "id  <- after, after  {inputs}". No secret can be in it.
  std::string text() const;

 private:
  std::vector<Node> nodes_;
};

}  // namespace microstack
