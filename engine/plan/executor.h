// Carries out a plan: check, apply, check. Steps whose predecessors hold run side by side. A failure holds back only
// what depends on it; everything else finishes.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/plan/event.h"
#include "engine/plan/journal.h"
#include "engine/plan/plan.h"

namespace microstack {

struct RunOptions {
  std::string run;      // id of this run; random when empty
  int parallelism = 8;  // steps at once; most of them wait for another process
  EventSink events = [](const Event&) {};
  Journal* journal = nullptr;  // null: nothing is written
  std::stop_token stop;        // asks for an end at the next step boundary
};

struct StepOutcome {
  enum class State { held, applied, failed, skipped, cancelled };
  std::string id;
  std::string title;
  State state = State::skipped;  // held = was true already; skipped = a predecessor failed
  double seconds = 0;            // of apply
  std::string difference;        // what differed before it was applied
};

struct Outcome {
  std::string run;
  std::vector<StepOutcome> steps;  // in plan order
  std::optional<Error> error;      // all failures as causes of one; cancelling is an error of kind retry
  double seconds = 0;
  bool ok() const { return !error; }
};

Outcome execute(const Plan& plan, const RunOptions& options);

// Only looks: every step's check, side by side. `differences` has a line for every fact that does not hold.
struct Findings {
  std::vector<StepOutcome> steps;        // state held or skipped (does not hold)
  std::vector<std::string> differences;  // sorted as in the plan
  std::optional<Error> error;            // checks that could not be made
};
Findings examine(const Plan& plan, const RunOptions& options);

// Undoes every step in reverse order; a failure holds back only what it depends on.
Outcome unwind(const Plan& plan, const RunOptions& options);

}  // namespace microstack
