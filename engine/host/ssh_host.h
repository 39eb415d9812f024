// A machine over SSH, through the system's ssh program: one connection for all commands (ControlMaster), a
// pinned host key, no password prompts, no reading of ~/.ssh/config.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/base/secret.h"
#include "engine/host/host.h"

namespace microstack {

struct SshTarget {
  std::string host;  // name or address
  int port = 22;
  std::string user = "root";  // another one becomes root by `sudo -n`
  // One of the two is needed: "ssh-ed25519 AAAA...", or the same of a CA that signs host keys. Never accepted
  // blindly.
  std::string host_key;
  std::string host_ca;
  // Where all three are empty, ssh's own default keys and agent are tried.
  std::string key_file;
  Secret key;  // private key in memory; goes to ssh through a file that has no name on any disk
  std::string agent_socket;
  std::string certificate_file;  // of the user's key
  std::shared_ptr<SshTarget> jump;
  int connect_timeout_s = 10;
};

class SshHost : public Host {
 public:
  // Error: a target without a host key, or with a text that is none.
  static Result<std::unique_ptr<SshHost>> open(SshTarget target);
  ~SshHost() override;  // ends the shared connection

  std::string name() const override;
  // Errors have names: wrong host key, access refused and no sudo are of kind ask; unreachable is retry.
  Result<CommandResult> run(const Command& command, std::stop_token stop = {}) override;
  Result<std::optional<FileContent>> read(const std::string& path) override;
  Status write(const std::string& path, const FileContent& content) override;
  Status remove(const std::string& path) override;

 private:
  struct Session;
  explicit SshHost(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

// One argument as a POSIX shell reads it back, whatever is in it.
std::string shell_quoted(const std::string& text);

// What a failed ssh said, as an error; nullopt when the words are none of ssh's own.
std::optional<Error> ssh_error(const std::string& said, const SshTarget& target);

}  // namespace microstack
