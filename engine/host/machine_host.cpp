#include "engine/host/machine_host.h"

#include "engine/host/carried.h"

namespace microstack {

namespace {

// $1 PID 1 of the machine, the rest is the command. It joins a control group beside the machine's init.scope,
// so that it is accounted to the machine and outlives the session that started it; on a control group that
// cannot be joined it stays where it is. A machine at the end of its shutdown is not entered: its PID 1 waits 10 s and more
// for whom it told to end and who, coming from outside, is no child of its own.
constexpr const char* kEnter = R"sh(
ms_leader=$1; shift
[ -d "/proc/$ms_leader/ns" ] || { echo "microstack-machine: gone" >&2; exit 125; }
read -r ms_first 2>/dev/null < "/proc/$ms_leader/comm"
case $ms_first in systemd-shutdow*) echo "microstack-machine: gone" >&2; exit 125 ;; esac
ms_group=$(sed -n 's,^0::\(.*\)/init\.scope$,\1,p' "/proc/$ms_leader/cgroup" 2>/dev/null)
ms_mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -n "$ms_group" ] && [ -n "$ms_mount" ]; then
  mkdir -p "$ms_mount$ms_group/microstack" 2>/dev/null && echo $$ > "$ms_mount$ms_group/microstack/cgroup.procs"
fi 2>/dev/null
exec nsenter --target "$ms_leader" --mount --uts --ipc --net --pid --cgroup --root --wd -- "$@"
)sh";

}  // namespace

MachineHost::MachineHost(Host& outer, std::string machine, std::function<Result<long>()> leader)
    : outer_(outer), machine_(std::move(machine)), leader_(std::move(leader)) {}

Result<CommandResult> MachineHost::run(const Command& command, std::stop_token stop) {
  MS_TRY(const long leader, leader_());
  MS_TRY(auto carried, carry(command));
  Command entering;
  entering.argv = {"sh", "-c", kEnter, "sh", std::to_string(leader)};
  entering.argv.insert(entering.argv.end(), carried.argv.begin(), carried.argv.end());
  entering.stdin_text = std::move(carried.stdin_text);
  entering.stdin_file = command.stdin_file;
  entering.limit = command.limit;
  entering.on_line = command.on_line;
  MS_TRY(auto result, outer_.run(entering, std::move(stop)));
  const bool gone = result.err.find("microstack-machine: gone") != std::string::npos ||
                    result.err.find("nsenter: cannot open /proc/") != std::string::npos;
  if (gone && !result.ok()) return retry("the machine is not running", machine_, "start it again");
  return carried_back(std::move(result), command, machine_);
}

Result<std::optional<FileContent>> MachineHost::read(const std::string& path) {
  return read_by_command(*this, path);
}
Status MachineHost::write(const std::string& path, const FileContent& content) {
  return write_by_command(*this, path, content);
}
Status MachineHost::remove(const std::string& path) {
  return remove_by_command(*this, path);
}

}  // namespace microstack
