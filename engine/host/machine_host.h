// Inside a running machine (system container), from the host it runs on: through the namespaces of its PID 1,
// in its own control group, without ssh. The host it runs on may be any other Host.
#pragma once

#include <functional>
#include <string>

#include "engine/host/host.h"

namespace microstack {

class MachineHost : public Host {
 public:
  // `leader` finds the machine's PID 1 as a process of `outer`; asked for every command, since a reboot
  // changes it.
  MachineHost(Host& outer, std::string machine, std::function<Result<long>()> leader);

  std::string name() const override { return machine_; }
  // A machine that is not running is an error of kind retry.
  Result<CommandResult> run(const Command& command, std::stop_token stop = {}) override;
  Result<std::optional<FileContent>> read(const std::string& path) override;
  Status write(const std::string& path, const FileContent& content) override;
  Status remove(const std::string& path) override;

 private:
  Host& outer_;
  std::string machine_;
  std::function<Result<long>()> leader_;
};

}  // namespace microstack
