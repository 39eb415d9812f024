// A child process whose stdout is read by lines and whose stderr is kept.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace microstack::wire {

class Process {
 public:
  // `environment` is added to ours; an empty value removes the variable.
  static Result<Process> start(const std::vector<std::string>& argv,
                               const std::map<std::string, std::string>& environment = {});
  ~Process();  // SIGKILL, if it still runs
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;

  pid_t pid() const { return pid_; }
  void signal(int number) const;

  // The next line of stdout, without its end; an error when there is none within the limit.
  Result<std::string> line(std::chrono::milliseconds limit);

  // Exit status, 128 + number after a signal; nothing when it still runs at the end of the limit.
  std::optional<int> wait(std::chrono::milliseconds limit);

  // All that it has written on stderr so far.
  std::string errors() const;

 private:
  Process() = default;
  pid_t pid_ = -1;
  int pidfd_ = -1, stdout_ = -1, stderr_ = -1;
  std::string read_;
  std::optional<int> status_;
};

// Waits for the end of a process that need not be a child of ours.
bool gone(pid_t pid, std::chrono::milliseconds limit);

}  // namespace microstack::wire
