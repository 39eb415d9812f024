#include "engine/substrate/juju/cloud_status.h"

#include <algorithm>

namespace microstack::charmed {

namespace {

// From well to worse.
int badness(const std::string& state) {
  static const char* const states[] = {"active", "waiting", "blocked", "error", "missing", "absent"};
  const auto* found = std::find(std::begin(states), std::end(states), state);
  return static_cast<int>(found - std::begin(states));
}

std::string state_of(const juju::Trouble& trouble) {
  if (trouble.waits) return "waiting";
  return trouble.status.status == "blocked" ? "blocked" : "error";
}

void worsen(std::string& state, const std::string& other) {
  if (badness(other) > badness(state)) state = other;
}

ServiceStatus service_status(const std::string& component, const Topology& topology,
                             const Catalogue& catalogue, const Observation& seen) {
  ServiceStatus service;
  service.component = component;
  service.title = topology.titles.at(component);
  const auto* found = catalogue.find(component);
  service.core = found && found->juju && found->juju->core;
  service.state = "active";
  for (const auto& application : topology.applications) {
    if (application.component != component) continue;
    service.applications.push_back(application.name);
    service.wanted_units += application.units;
    const auto there = seen.status ? seen.status->applications.find(application.name)
                                   : decltype(seen.status->applications.end()){};
    if (!seen.status || there == seen.status->applications.end()) {
      worsen(service.state, "missing");
      continue;
    }
    for (const auto& [name, unit] : there->second.units)
      service.units += unit.workload.status == "active" ? 1 : 0;
    if (static_cast<int>(there->second.units.size()) != application.units) worsen(service.state, "waiting");
    for (const auto& trouble : juju::troubles(*seen.status, {application.name})) {
      worsen(service.state, state_of(trouble));
      service.troubles.push_back(trouble);
    }
  }
  return service;
}

}  // namespace

CloudStatus cloud_status(const std::string& name, const Topology& topology, const Catalogue& catalogue,
                         const Observation& seen) {
  CloudStatus status;
  status.name = name;
  status.model = topology.model;
  status.state = seen.present ? "active" : "absent";
  status.differences = seen.differences;
  if (seen.status) {
    status.cloud = seen.status->cloud;
    status.juju_version = seen.status->version;
    for (const auto& [application, ignored] : seen.status->applications)
      if (!topology.find(application)) status.foreign.push_back(application);
  }
  for (const auto& component : topology.components) {
    status.services.push_back(service_status(component, topology, catalogue, seen));
    if (seen.present) worsen(status.state, status.services.back().state);
  }
  return status;
}

Json to_json(const CloudStatus& status) {
  Json services = Json::array(), differences = Json::array();
  for (const auto& service : status.services) {
    Json troubles = Json::array();
    for (const auto& trouble : service.troubles)
      troubles.push_back({{"name", trouble.name},
                          {"status", trouble.status.status},
                          {"message", trouble.status.message},
                          {"since", trouble.status.since}});
    services.push_back({{"component", service.component},
                        {"title", service.title},
                        {"core", service.core},
                        {"state", service.state},
                        {"units", service.units},
                        {"wanted_units", service.wanted_units},
                        {"applications", service.applications},
                        {"troubles", troubles}});
  }
  for (const auto& difference : status.differences)
    differences.push_back(
        {{"component", difference.component}, {"step", difference.step}, {"difference", difference.text}});
  return {{"name", status.name},
          {"model", status.model},
          {"controller", status.controller},
          {"cloud", status.cloud},
          {"juju_version", status.juju_version},
          {"state", status.state},
          {"services", services},
          {"differences", differences},
          {"foreign", status.foreign}};
}

}  // namespace microstack::charmed
