// A command for another place (over ssh, into a machine, through sudo) as a plain argument vector and stdin:
// user, environment and folder are taken care of by a fixed launcher there. Environment values travel by
// stdin, so that no argument vector shows them. Needs sh, env, setpriv, getent and coreutils there: every
// Debian, Ubuntu, Fedora has them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/host/host.h"

namespace microstack {

struct Carried {
  std::vector<std::string> argv;
  std::string stdin_text;
};

// Error: an environment variable whose name is none or whose value has a line break.
// With tell_group the launcher starts a session of its own and says its process group first thing on stderr.
Result<Carried> carry(const Command& command, bool tell_group = false);

// What came back, from the launcher's own words to errors: an unknown user, a folder that is not there.
Result<CommandResult> carried_back(CommandResult result, const Command& command, const std::string& host);

// The process group that the launcher told, taken out of stderr; nullopt when it never got there.
std::optional<long> take_group(std::string& err);

// Host::read, write and remove for a host that can run commands.
Result<std::optional<FileContent>> read_by_command(Host& host, const std::string& path);
Status write_by_command(Host& host, const std::string& path, const FileContent& content);
Status remove_by_command(Host& host, const std::string& path);

// Brings a file of this machine to a host, whole or not at all, as root's; no more than a buffer of it is in memory.
Status send_file(Host& host, const std::string& file, const std::string& path, unsigned mode);

// Paths are absolute, have no ".." and are not "/".
Status check_path(const std::string& path, const std::string& host);

}  // namespace microstack
