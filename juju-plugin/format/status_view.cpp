#include "juju-plugin/format/status_view.h"

#include <fmt/format.h>

namespace microstack::plugin {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
  return fmt::format("{}", fmt::join(words, between));
}

std::string used(int part, int whole) {
  return whole > 0 ? fmt::format("{}/{}", part, whole) : "-";
}

std::string counted(std::size_t number, const char* noun) {
  return fmt::format("{} {}{}", number, noun, number == 1 ? "" : "s");
}

Section heading(const CloudStatus& status) {
  Section section;
  section.heading = {"Cloud", "State", "Substrate", "Release", "Region", "API", "Dashboard"};
  section.rows.push_back({{status.name, Tone::strong},
                          {status.state, tone_of(status.state)},
                          status.substrate,
                          status.release,
                          status.region,
                          status.api_address.empty() ? "-" : status.api_address,
                          status.dashboard.empty() ? "-" : status.dashboard});
  return section;
}

Section services(const CloudStatus& status) {
  Section section;
  if (status.services.empty()) return section;
  const bool units = status.substrate == "juju";
  section.heading = {"Service", "State", units ? "Units" : "Managed by", "Message"};
  for (const auto& service : status.services)
    section.rows.push_back(
        {service.name,
         {service.state, tone_of(service.state)},
         units ? fmt::format("{}/{}", service.units, service.wanted_units) : service.managed_by,
         {service.message.empty() ? service.title : service.message,
          service.message.empty() ? Tone::quiet : Tone::plain}});
  return section;
}

Section nodes(const CloudStatus& status) {
  Section section;
  if (status.nodes.empty()) return section;
  section.heading = {"Node", "State", "Address", "Roles", "Guests", "vCPU", "Memory MiB", "Message"};
  for (const auto& node : status.nodes)
    section.rows.push_back({node.name,
                            {node.state, tone_of(node.state)},
                            node.address.empty() ? "-" : node.address,
                            joined(node.roles, ","),
                            node.vcpus > 0 ? std::to_string(node.guests) : "-",
                            used(node.vcpus_used, node.vcpus),
                            used(node.memory_mib_used, node.memory_mib),
                            node.message});
  return section;
}

Section problems(const CloudStatus& status) {
  Section section;
  if (status.problems.empty()) {
    section.rows.push_back(
        {{fmt::format("Nothing is in the way: {}, {}.", counted(status.services.size(), "service"),
                      counted(status.nodes.size(), "node")),
          Tone::quiet}});
    return section;
  }
  section.heading = {"What is in the way"};
  for (const auto& problem : status.problems) {
    std::string line = problem.what + " is " + problem.state;
    if (!problem.why.empty()) line += ": " + problem.why;
    if (!problem.since.empty()) line += " (since " + problem.since + ")";
    section.rows.push_back({{line, tone_of(problem.state)}});
    if (!problem.fix.empty()) section.rows.push_back({{"  next: " + problem.fix}});
  }
  return section;
}

}  // namespace

Tone tone_of(const std::string& state) {
  if (state == "active" || state == "up") return Tone::good;
  if (state == "waiting" || state == "drifted") return Tone::careful;
  if (state == "blocked" || state == "down" || state == "off" || state == "error") return Tone::bad;
  return Tone::quiet;
}

std::vector<Section> sections_of(const CloudStatus& status) {
  return {heading(status), services(status), nodes(status), problems(status)};
}

}  // namespace microstack::plugin
