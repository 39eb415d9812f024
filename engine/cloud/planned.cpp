#include "engine/cloud/planned.h"

#include <fmt/format.h>

#include "engine/base/places.h"

namespace microstack {

namespace {

// Empty: this host.
std::string host_of(const Place& place) {
  return place.kind == Place::Kind::ssh ? place.ssh.host : place.outer ? place.outer->host : std::string();
}

}  // namespace

Planned::Room Planned::claim_room(const Place& place, const std::string& machine, const Room& wanted) {
  std::lock_guard lock(mutex_);
  auto& machines = rooms_[host_of(place)];
  machines[machine.empty() ? "/" + std::to_string(machines.size()) : machine] = wanted;
  Room all;
  for (const auto& [name, room] : machines) {
    all.machines += room.machines;
    all.memory_mib += room.memory_mib;
    all.disk_mib += room.disk_mib;
  }
  return all;
}

void Planned::is_made(const Place& place, const std::string& machine) {
  std::lock_guard lock(mutex_);
  rooms_[host_of(place)].erase(machine);
}

std::optional<std::string> lack_of_room(Planned& planned, const Place& place, const std::string& machine,
                                        const Planned::Room& wanted, const Json& probe) {
  const std::string host = host_of(place);
  const auto all = planned.claim_room(place, machine, wanted);
  const auto lacks = [&](const char* what, long whole, long own, long free) -> std::optional<std::string> {
    if (own > free || whole <= free || whole - own > free) return {};
    return fmt::format("the {} machines planned on {} need {} MiB of {}, {} are free", all.machines,
                       host.empty() ? "this host" : host, whole, what, free);
  };
  if (auto text = lacks("memory", all.memory_mib, wanted.memory_mib,
                        probe.value(Json::json_pointer("/memory_mib/free"), 0L)))
    return text;
  const auto state = host.empty() ? Places::from_environment().state : Places{}.state;
  const auto free = probe.value("disk_free_mib", Json::object()).value(state, -1L);
  return free < 0 ? std::nullopt : lacks("disk", all.disk_mib, wanted.disk_mib, free);
}

}  // namespace microstack
