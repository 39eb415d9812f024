// What was begun and finished, a line each, for people and for the next run's ETA. A hint: check() is the truth. A
// journal cut off anywhere is read up to its last whole line.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/base/result.h"

namespace microstack {

class Journal {
 public:
  // Appends to `path` on this host (the parent folder is made); keeps at most the last `keep` lines.
  static Result<Journal> open(const std::string& path, std::size_t keep = 20'000);
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;
  ~Journal();

  void begin(const std::string& run, const std::string& step);
  void end(const std::string& run, const std::string& step, double seconds, const std::string& error = {});

  // Seconds the step took when it was last applied; < 0 when never.
  double last_seconds(const std::string& step) const;

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace microstack
