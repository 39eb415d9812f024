// What a verb is given of the world outside: where it reads and writes, the folders, and how it says how it
// went.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/places.h"
#include "engine/base/result.h"
#include "engine/plan/event.h"
#include "engine/plan/exit.h"
#include "engine/plan/step.h"
#include "hypervisor/install/planner.h"

namespace microstack {

class Table;

class Front {
 public:
  Front(Places places, MakePlanner planner);
  ~Front();

  int in = 0, out = 1;               // file descriptors
  Places places;                     // /var/lib/microstack, /run/microstack, the cache
  MakePlanner planner;               // how a profile becomes steps
  std::string run;                   // id of this run, the same in every event of it
  std::string format;                // --events json|table; empty: json where stdout is no terminal
  Exit exit = Exit::ok;              // what the program returns
  std::vector<std::string> command;  // of `machine exec`: what stands after --, word for word

  bool json() const;  // events and answers as JSON rather than for people
  // Prints events as JSON lines or as a live table; fills in `run` and, where it is 0, `t`. From any thread.
  EventSink events();
  void show(const Event& event);
  // What functions of the engine tell while they work, as events of the step `step`.
  StepContext telling(const std::string& step, std::stop_token stop);

  // Ends the verb: a done event that carries the answer, or an error event; sets `exit`.
  void finish(const Result<Json>& answer);
  void finish(const Status& status);
  void fail(const Error& error, Exit exit);

  // All of stdin, at most `limit` bytes.
  Result<std::string> read_all(std::size_t limit = 16u << 20) const;
  // To stdout, all of it. False: nobody reads it any more, and what is written is dropped.
  bool print(const std::string& text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// SIGINT and SIGTERM as bytes on a descriptor to poll; SIGPIPE is ignored from here on. One at a time in a
// program.
class Signals {
 public:
  Signals();
  ~Signals();
  int fd() const;
};

// A stop token that is set by SIGINT, SIGTERM and, when asked, by a line {"cancel":true} on stdin (which must
// not be read by anybody else then).
class Cancel {
 public:
  explicit Cancel(bool from_stdin = false, int in = 0);
  ~Cancel();
  std::stop_token token() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

bool is_cancel(const std::string& line);  // {"cancel":true}

// A new id for a run: sortable by time, 32 random bits: "20250131T120000-1a2b3c4d".
std::string new_run_id();

}  // namespace microstack
