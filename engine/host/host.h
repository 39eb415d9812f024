// A machine we can act on. Five methods (contract 9); local, ssh, machine (nspawn) and the fake of the tests
// pass the same contract test (tests/support/host_contract.h).
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace microstack {

struct Command {
  std::vector<std::string> argv;            // never a shell text made of input; secrets never here
  std::string stdin_text;                   // secrets may travel here
  std::map<std::string, std::string> env;   // added to a fixed minimal environment (PATH, LANG=C.UTF-8, HOME)
  std::string user;                         // empty: root of that host
  std::string directory;                    // working folder; empty: /
  std::chrono::milliseconds limit{60'000};  // the command is ended after it: error of kind retry
  std::function<void(std::string_view line)> on_line;  // each line of stdout as it comes, without the newline
  std::string stdin_file;  // a file of this very machine, sent behind stdin_text, a part at a time
};

struct CommandResult {
  int exit_code = 0;  // 128 + signal when ended by one
  std::string out;    // stdout (also when on_line is set)
  std::string err;    // stderr, the last 64 KiB
  bool ok() const { return exit_code == 0; }
};

struct FileContent {
  std::string bytes;
  unsigned mode = 0644;  // permission bits
  std::string owner = "root";
  std::string group = "root";
};

class Host {
 public:
  virtual ~Host() = default;
  virtual std::string name() const = 0;
  // An exit code other than 0 is a result, not an error; an error means the command could not be run to its
  // end.
  virtual Result<CommandResult> run(const Command& command, std::stop_token stop = {}) = 0;
  // No such file: a value of nullopt. A folder is an error.
  virtual Result<std::optional<FileContent>> read(const std::string& path) = 0;
  // Whole or not at all; makes missing parent folders (0755, root).
  virtual Status write(const std::string& path, const FileContent& content) = 0;
  // Removes a file, or a folder with all that is in it; succeeds when there is nothing.
  virtual Status remove(const std::string& path) = 0;
};

// Runs and makes an exit code other than 0 an error that carries the last lines of stderr.
Result<std::string> run_ok(Host& host, const Command& command, std::stop_token stop = {});

}  // namespace microstack
