#include "engine/machines/census.h"

#include <algorithm>
#include <iterator>
#include <sstream>

namespace microstack {

namespace {

constexpr const char* kLook = R"sh(
awk '{ print "mount " $2 }' /proc/mounts
ls /sys/class/net | sed 's/^/link /'
nft list tables 2>/dev/null
for groups in $(awk '$3 == "cgroup2" { print $2 }' /proc/mounts); do find "$groups" -mindepth 1 -maxdepth 1 -type d; done | sed 's/^/group /'
ls /run/systemd/nspawn/propagate 2>/dev/null | sed 's/^/nspawn /'
ls /etc/systemd/system 2>/dev/null | sed 's/^/unit /'
for process in /proc/[0-9]*; do tr '\0' ' ' < "$process/cmdline" 2>/dev/null | sed 's/^/process /; s/ *$//; s/$/\n/' | head -n 1; done | grep -v '^process *$'
printf 'forward '; cat /proc/sys/net/ipv4/ip_forward
find /var/lib/microstack /run/microstack -maxdepth 3 2>/dev/null | sed 's/^/file /'
)sh";

}  // namespace

Result<Census> take_census(Host& host, const std::vector<std::string>& only) {
  Command command;
  command.argv = {"sh", "-c", kLook};
  MS_TRY(const auto out, run_ok(host, command));
  Census census;
  std::istringstream lines(out);
  for (std::string line; std::getline(lines, line);) {
    const bool wanted = only.empty() || std::any_of(only.begin(), only.end(), [&](const auto& part) {
                          return line.find(part) != std::string::npos;
                        });
    if (wanted) census.insert(line);
  }
  return census;
}

std::vector<std::string> census_difference(const Census& before, const Census& after) {
  std::vector<std::string> left, out;
  std::set_difference(after.begin(), after.end(), before.begin(), before.end(), std::back_inserter(left));
  for (const auto& line : left) out.push_back("left: " + line);
  left.clear();
  std::set_difference(before.begin(), before.end(), after.begin(), after.end(), std::back_inserter(left));
  for (const auto& line : left) out.push_back("missing: " + line);
  return out;
}

}  // namespace microstack
