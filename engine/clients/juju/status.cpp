#include "engine/clients/juju/status.h"

#include <algorithm>

namespace microstack::juju {

namespace {

StatusText read_text(const Json& status) {
  return {text(status, "status"), text(status, "info"), text(status, "since")};
}

std::string base_text(const Json& base) {
  auto name = text(base, "name"), channel = text(base, "channel");
  auto slash = channel.find('/');
  return name.empty() ? std::string() : name + "@" + channel.substr(0, slash);
}

void read_units(const Json& units, std::map<std::string, UnitStatus>& out) {
  for (const auto& [name, unit] : units.items()) {
    UnitStatus read{read_text(map(unit, "workload-status")), read_text(map(unit, "agent-status"))};
    read.address = text(unit, "address").empty() ? text(unit, "public-address") : text(unit, "address");
    read.machine = text(unit, "machine");
    read.version = text(unit, "workload-version");
    read.provider_id = text(unit, "provider-id");
    read.life = text(map(unit, "agent-status"), "life");
    read.leader = truth(unit, "leader");
    out.emplace(name, std::move(read));
  }
}

ApplicationStatus read_application(const Json& application) {
  ApplicationStatus read;
  read.charm = text(application, "charm");
  read.channel = text(application, "charm-channel");
  read.revision = static_cast<int>(number(application, "charm-rev", -1));
  read.base = base_text(map(application, "base"));
  read.life = text(application, "life");
  read.address = text(application, "public-address");
  read.version = text(application, "workload-version");
  read.exposed = truth(application, "exposed");
  read.subordinate = !list(application, "subordinate-to").empty();
  read.status = read_text(map(application, "status"));
  read_units(map(application, "units"), read.units);
  for (const auto& [endpoint, others] : map(application, "relations").items()) {
    auto& names = read.integrations[endpoint];
    if (others.is_array()) {
      for (const auto& other : others) names.push_back(other.get<std::string>());
    }
  }
  return read;
}

bool well(const UnitStatus& unit) {
  bool agent_well = unit.agent.status == "idle" || unit.agent.status == "executing";
  return unit.workload.status == "active" && agent_well;
}

// The harder a status, the earlier it is told.
int rank(const std::string& status) {
  if (status == "error" || status == "failed" || status == "lost") return 0;
  if (status == "blocked") return 1;
  return 2;
}

}  // namespace

bool ModelStatus::integrated(const std::string& one, const std::string& other) const {
  return std::any_of(relations.begin(), relations.end(), [&](const RelationStatus& relation) {
    const auto& ends = relation.endpoints;
    return ends.size() == 2 && ((ends[0] == one && ends[1] == other) || (ends[0] == other && ends[1] == one));
  });
}

std::optional<std::string> ModelStatus::leader(const std::string& application) const {
  auto found = applications.find(application);
  if (found == applications.end()) return std::nullopt;
  for (const auto& [name, unit] : found->second.units) {
    if (unit.leader) return name;
  }
  return std::nullopt;
}

std::string Trouble::text() const {
  auto out = name + " is " + (status.status.empty() ? "in an unknown state" : status.status);
  if (!status.message.empty()) out += ": " + status.message;
  if (!status.since.empty()) out += ", since " + status.since.substr(0, 19) + "Z";
  return out;
}

std::vector<Trouble> troubles(const ModelStatus& status, const std::vector<std::string>& names) {
  std::vector<Trouble> found;
  auto add = [&](const std::string& name, const StatusText& text) {
    found.push_back({name, text, rank(text.status) == 2});
  };
  for (const auto& [name, application] : status.applications) {
    if (!names.empty() && std::find(names.begin(), names.end(), name) == names.end()) continue;
    if (application.units.empty()) {
      if (application.status.status != "active" && application.status.status != "unset")
        add(name, application.status);
      continue;
    }
    for (const auto& [unit_name, unit] : application.units) {
      if (well(unit)) continue;
      // The agent's own failure explains more than a workload that merely waits.
      bool agent = rank(unit.agent.status) < rank(unit.workload.status) || unit.workload.status == "active";
      add(unit_name, agent ? unit.agent : unit.workload);
    }
  }
  std::stable_sort(found.begin(), found.end(), [](const Trouble& a, const Trouble& b) {
    return rank(a.status.status) < rank(b.status.status);
  });
  return found;
}

ModelStatus read_status(const Json& full) {
  ModelStatus read;
  const Json& model = map(full, "model");
  read.name = text(model, "name");
  read.type = text(model, "type");
  read.cloud = without_tag(text(model, "cloud-tag"), "cloud");
  read.version = text(model, "version");
  read.status = read_text(map(model, "model-status"));
  read.controller_time = text(full, "controller-timestamp");
  for (const auto& [name, application] : map(full, "applications").items()) {
    read.applications.emplace(name, read_application(application));
  }
  // Subordinates' units are listed below their principals.
  for (const auto& [name, application] : map(full, "applications").items()) {
    for (const auto& [unit_name, unit] : map(application, "units").items()) {
      for (const auto& [subordinate, its] : map(unit, "subordinates").items()) {
        auto owner = read.applications.find(subordinate.substr(0, subordinate.find('/')));
        if (owner != read.applications.end()) read_units(Json{{subordinate, its}}, owner->second.units);
      }
    }
  }
  for (const auto& [name, remote] : map(full, "remote-applications").items()) {
    read.remote_applications[name] = {text(remote, "offer-url"), text(remote, "life"),
                                      read_text(map(remote, "status"))};
  }
  for (const auto& [name, offer] : map(full, "offers").items()) {
    auto& out = read.offers[name];
    out.application = text(offer, "application-name");
    out.charm = text(offer, "charm");
    out.connected = static_cast<int>(number(offer, "active-connected-count"));
    for (const auto& [endpoint, ignored] : map(offer, "endpoints").items()) out.endpoints.push_back(endpoint);
  }
  for (const auto& relation : list(full, "relations")) {
    RelationStatus out{static_cast<int>(number(relation, "id")), text(relation, "interface")};
    for (const auto& endpoint : list(relation, "endpoints")) {
      out.endpoints.push_back(text(endpoint, "application") + ":" + text(endpoint, "name"));
    }
    out.status = read_text(map(relation, "status"));
    read.relations.push_back(std::move(out));
  }
  return read;
}

Result<ModelStatus> status(Session& model, const Limit& limit) {
  Call call{"Client", "FullStatus", {{"patterns", nullptr}}, true};
  MS_TRY(auto answer, model.call(call, limit));
  return read_status(answer);
}

Result<std::vector<StatusText>> status_history(Session& model, const std::string& unit, int size,
                                               const Limit& limit) {
  bool is_unit = unit.find('/') != std::string::npos;
  auto tag = (is_unit ? "unit-" : "application-") + unit;
  std::replace(tag.begin(), tag.end(), '/', '-');
  Json filter = {{"size", size}, {"date", nullptr}, {"delta", nullptr}, {"exclude", Json::array()}};
  Json request = {
      {"historyKind", is_unit ? "unit" : "application"}, {"size", size}, {"filter", filter}, {"tag", tag}};
  Call call{"Client", "StatusHistory", {{"requests", Json::array({request})}}, true};
  MS_TRY(auto answer, model.call(call, limit));
  MS_TRY(auto results, items(answer, "results", {unit}, call.name()));
  std::vector<StatusText> history;
  for (const auto& status : list(map(results.front(), "history"), "statuses"))
    history.push_back(read_text(status));
  return history;
}

}  // namespace microstack::juju
