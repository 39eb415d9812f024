#include "engine/cloud/planned.h"

#include <fmt/format.h>

#include <atomic>

#include "engine/base/places.h"

namespace microstack {

std::optional<std::string> lack_of_room(Planned& planned, const Place& place, const std::string& machine,
                                        const Planned::Room& wanted, const Json& probe) {
  const std::string host = place.kind == Place::Kind::ssh ? place.ssh.host
                           : place.outer                  ? place.outer->host
                                                          : std::string();
  static std::atomic<int> unnamed = 0;  // a name that comes of the cluster is known after apply
  const auto all =
      planned.claim_room(host, machine.empty() ? "/" + std::to_string(++unnamed) : machine, wanted);
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
