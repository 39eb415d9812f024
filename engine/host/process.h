// One child process from start to end: no shell, own session, pipes for all three streams, a time limit and a
// stop token.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/host/host.h"

namespace microstack {

struct Process {
  struct User {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
  };

  std::vector<std::string> argv;         // argv[0] is looked up in the PATH of `environment`
  std::vector<std::string> environment;  // all of it, "KEY=value"
  std::string stdin_text;
  std::string stdin_file;    // sent after stdin_text, a part at a time
  std::optional<User> user;  // empty: as this process
  std::string directory = "/";
  std::chrono::milliseconds limit{60'000};
  std::function<void(std::string_view line)> on_line;
  std::function<void(std::string_view bytes)> on_error_bytes;  // stderr as it comes
  // Called when the child is ended early (limit, stop), before the signals.
  std::function<void()> on_end_early;
};

// Waits for the child itself, not for what it leaves behind in the background. When the limit is over or
// `stop` is asked for, its process group gets TERM and five seconds later KILL: error of kind retry. A
// program that does not exist is exit code 127, as in a shell.
Result<CommandResult> run_process(const Process& process, std::stop_token stop = {});

// PATH, LANG and HOME as every command of a Host gets them.
std::vector<std::string> minimal_environment(const std::string& home);
inline constexpr const char* kCommandPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace microstack
