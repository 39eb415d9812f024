// This very machine. Where this program is not root, commands for root or another user go through `sudo -n`.
#pragma once

#include "engine/host/host.h"

namespace microstack {

class LocalHost : public Host {
 public:
  std::string name() const override { return "local"; }
  Result<CommandResult> run(const Command& command, std::stop_token stop = {}) override;
  Result<std::optional<FileContent>> read(const std::string& path) override;
  Status write(const std::string& path, const FileContent& content) override;
  Status remove(const std::string& path) override;
};

}  // namespace microstack
