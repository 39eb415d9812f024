#include "engine/machines/supervisor.h"

#include <fmt/format.h>

namespace microstack {

// Files in FOLDER: nspawn, links, overlay, group, lock, perhaps lifeline (the path of a lock: the machine is
// shut down when it can be taken); it writes nspawn.pid, reboots, boot.log. The folder
// is STATE/clusters/CLUSTER/machines/NAME, and the cluster's network.ip and network.nft lie two folders up.
const char* const kSupervisorScript = R"sh(#!/bin/sh
# Keeps one machine of MicroStack running; started by microstack-hypervisor, not by hand.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd "$1" || exit 1
exec 9> lock
flock -n 9 || exit 0                       # it runs already
# After a restart of the host nothing of the network is there.
while read -r link bridge; do [ -e "/sys/class/net/$bridge" ] || missing=1; done < links
if [ "${missing-}" ]; then
  ip -force -batch ../../network.ip
  nft -f ../../network.nft
  echo 1 > /proc/sys/net/ipv4/ip_forward
fi
mountpoint -q root || mount -t overlay overlay -o "$(cat overlay)" root || exit 1
# A control group of its own: machines that share one would take each other's units for their own.
groups=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
if [ -z "$groups" ]; then
  groups=/run/microstack/cgroup
  mkdir -p $groups && mount -t cgroup2 none $groups && own_groups=1
fi
group=$(cat group)
if [ ! "${INVOCATION_ID-}" ] && mkdir -p "$groups/$group"; then echo $$ > "$groups/$group/cgroup.procs"; fi
trap '[ -z "${nspawn-}" ] || kill -TERM "$nspawn"' TERM INT
if [ -e lifeline ]; then
  (exec 9>&-; flock "$(cat lifeline)" true; kill -TERM $$) &
  watch=$!
fi
while :; do
  set --
  while IFS= read -r argument; do set -- "$@" "$argument"; done < nspawn
  date '+%F %T starting' >> boot.log
  SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 systemd-nspawn "$@" >> boot.log 2>&1 < /dev/null &
  nspawn=$!
  echo "$nspawn" > nspawn.pid
  while read -r link bridge; do
    tries=0
    while [ ! -e "/sys/class/net/$link" ] && kill -0 "$nspawn" 2>/dev/null && [ $tries -lt 500 ]; do
      sleep 0.02
      tries=$((tries + 1))
    done
    ip link set "$link" master "$bridge" up
    ethtool -K "$link" tx off > /dev/null 2>&1
  done < links 2>> boot.log
  wait "$nspawn"; code=$?
  while kill -0 "$nspawn" 2>/dev/null; do wait "$nspawn"; code=$?; done   # wait ends early at a signal
  rm -f nspawn.pid
  [ "$code" = 133 ] || break
  date '+%F %T rebooted' >> reboots
done
[ -z "${watch-}" ] || kill "$watch" 2> /dev/null
tries=0
until umount root || [ $tries -ge 100 ]; do sleep 0.05; tries=$((tries + 1)); done 2>> boot.log
if [ -d "$groups/$group" ]; then
  echo $$ > "$groups/cgroup.procs"
  find "$groups/$group" -depth -type d -exec rmdir {} + 2>> boot.log
fi
if [ "${own_groups-}" ]; then umount "$groups" && rmdir "$groups"; fi 2>> boot.log
exit 0
)sh";

std::string nspawn_file(const SupervisorFiles& files) {
  std::string out;
  for (const auto& argument : files.nspawn) out += argument + "\n";
  return out;
}

std::string links_file(const SupervisorFiles& files) {
  std::string out;
  for (const auto& [link, bridge] : files.links) out += link + " " + bridge + "\n";
  return out;
}

std::string supervisor_unit(const std::string& machine, const std::string& folder) {
  return fmt::format(R"([Unit]
Description=MicroStack machine {0}
After=network.target nftables.service

[Service]
ExecStart=/bin/sh {1}/supervise.sh {1}
Delegate=yes
KillMode=mixed
TimeoutStopSec=120
TasksMax=infinity
LimitNOFILE=infinity

[Install]
WantedBy=multi-user.target
)",
                     machine, folder);
}

}  // namespace microstack
