#include "juju-plugin/clusters/cloud_status.h"

#include <algorithm>

#include "engine/base/fields.h"

namespace microstack {

template <>
struct Fields<plugin::CloudStatus::Service> {
  using Self = plugin::CloudStatus::Service;
  static constexpr auto list =
      fields(field("name", &Self::name), field("title", &Self::title), field("state", &Self::state),
             field("managed_by", &Self::managed_by), field("message", &Self::message),
             field("units", &Self::units), field("wanted_units", &Self::wanted_units));
};
MS_FIELDS_COMPLETE(plugin::CloudStatus::Service);

template <>
struct Fields<plugin::CloudStatus::Node> {
  using Self = plugin::CloudStatus::Node;
  static constexpr auto list =
      fields(field("name", &Self::name), field("roles", &Self::roles), field("address", &Self::address),
             field("state", &Self::state), field("guests", &Self::guests), field("vcpus", &Self::vcpus),
             field("vcpus_used", &Self::vcpus_used), field("memory_mib", &Self::memory_mib),
             field("memory_mib_used", &Self::memory_mib_used), field("message", &Self::message));
};
MS_FIELDS_COMPLETE(plugin::CloudStatus::Node);

template <>
struct Fields<plugin::CloudStatus::Problem> {
  using Self = plugin::CloudStatus::Problem;
  static constexpr auto list =
      fields(field("what", &Self::what), field("state", &Self::state), field("why", &Self::why),
             field("since", &Self::since), field("fix", &Self::fix));
};
MS_FIELDS_COMPLETE(plugin::CloudStatus::Problem);

template <>
struct Fields<plugin::CloudStatus> {
  using Self = plugin::CloudStatus;
  static constexpr auto list =
      fields(field("name", &Self::name), field("id", &Self::id), field("substrate", &Self::substrate),
             field("release", &Self::release), field("region", &Self::region),
             field("api_address", &Self::api_address), field("dashboard", &Self::dashboard),
             field("state", &Self::state), field("services", &Self::services), field("nodes", &Self::nodes),
             field("problems", &Self::problems));
};
MS_FIELDS_COMPLETE(plugin::CloudStatus);

namespace plugin {

Json to_json(const CloudStatus& status) {
  return encode(status);
}

std::string worst_state(const CloudStatus& status) {
  static const std::vector<std::string> order = {"active",  "unknown", "waiting",
                                                 "drifted", "blocked", "down"};
  std::size_t worst = 0;
  const auto see = [&worst](const std::string& state) {
    const auto found = std::find(order.begin(), order.end(), state);
    if (found != order.end()) worst = std::max(worst, static_cast<std::size_t>(found - order.begin()));
  };
  for (const auto& service : status.services) see(service.state);
  for (const auto& problem : status.problems) see(problem.state);
  // One node of many that is down blocks what it carries; the cloud is down when it does not answer.
  for (const auto& node : status.nodes)
    if (node.state == "down" || node.state == "off") see("blocked");
  return order[worst];
}

}  // namespace plugin
}  // namespace microstack
