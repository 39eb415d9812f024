// A step looks at one fact and makes it true.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack {

// What a step is given while it works.
struct StepContext {
  std::stop_token stop;
  // Tell how far: done of total in units of the step's choice (total 0 = unknown).
  std::function<void(std::int64_t done, std::int64_t total, const std::string& what)> progress =
      [](auto, auto, const auto&) {};
  // Tell what is being waited for; an empty text ends the wait.
  std::function<void(const std::string& waiting_for)> waiting = [](const auto&) {};
};

// The answer of Step::check.
struct Truth {
  bool holds = false;
  std::string
      difference;  // where it does not hold: what differs, for the drift list ("unit nova-scheduler is inactive")

  static Truth yes() { return {true, {}}; }
  static Truth no(std::string difference) { return {false, std::move(difference)}; }
};

// Contract, tested for every step by contracts::step (tests/support/step_contract.h):
//   check() only reads. apply() makes it true, may be killed anywhere and called again. undo() makes it absent and
//   succeeds when there is nothing left. Steps hand each other order, never values.
class Step {
 public:
  virtual ~Step() = default;
  virtual std::string id() const = 0;     // stable and unique within a plan: "file:/etc/nova/nova.conf"
  virtual std::string title() const = 0;  // for people: "Write /etc/nova/nova.conf"
  virtual std::string host() const { return {}; }
  // Everything that decides the outcome; secrets as keyed hashes. Equal inputs mean an equal outcome.
  virtual Json inputs() const = 0;
  virtual Result<Truth> check(StepContext& context) = 0;
  virtual Status apply(StepContext& context) = 0;
  virtual Status undo(StepContext& context) = 0;
};

}  // namespace microstack
