// What resources that are planned in this process want of their hosts. No deployment and no host knows of it yet: each of ten
// machines would find room for itself.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "engine/base/json.h"
#include "engine/cloud/node.h"

namespace microstack {

class Planned {
 public:
  // The other node of that cluster that has the host name; empty: it is this node's now. `cluster` as its id, or empty.
  std::string claim_host_name(const std::string& cluster, const std::string& host_name,
                              const std::string& node) {
    std::lock_guard lock(mutex_);
    const auto& owner = names_.try_emplace({cluster, host_name}, node).first->second;
    return owner == node ? std::string() : owner;
  }

  struct Room {
    int machines = 0;
    long memory_mib = 0, disk_mib = 0;
  };
  // What is planned at a place's host in all, with this machine. Who is planned twice is counted once; one without a name,
  // which comes of a cluster that is planned too, each time.
  Room claim_room(const Place& place, const std::string& machine, const Room& wanted);
  // It is being made: from now on what the host has free says what it takes.
  void is_made(const Place& place, const std::string& machine);

 private:
  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> names_;
  std::map<std::string, std::map<std::string, Room>> rooms_;  // by host, by machine
};

// Claims it, and says what is missing at that place for all that is planned there, by what probe_host said of it: to the
// first for whom it is too little beside the others. A machine that has no room even alone is the preflight's to tell.
std::optional<std::string> lack_of_room(Planned& planned, const Place& place, const std::string& machine,
                                        const Planned::Room& wanted, const Json& probe);

}  // namespace microstack
