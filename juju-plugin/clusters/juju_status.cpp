// How a charmed cloud is: the screen, and what goes into a support bundle.
#include <algorithm>

#include "engine/clients/juju/models.h"
#include "engine/clients/juju/secrets.h"
#include "engine/clients/kubernetes/causes.h"
#include "engine/substrate/juju/cloud_status.h"
#include "juju-plugin/clusters/hypervisors.h"
#include "juju-plugin/clusters/juju.h"

namespace microstack::plugin {
namespace {

constexpr std::size_t most_explained = 5;  // units that Kubernetes is asked about, for one screen

// One word for a unit's, a service's and a model's state.
std::string state_of(const std::string& state) {
  if (state == "active" || state == "waiting" || state == "blocked") return state;
  if (state == "missing") return "drifted";
  return state == "absent" ? "down" : "blocked";
}

std::string commas(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string without_end(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string file_name(std::string name) {
  std::replace(name.begin(), name.end(), '/', '-');
  return name;
}

// Component -> its first difference, and how many there are.
std::map<std::string, std::string> grouped(const std::vector<charmed::Difference>& differences) {
  std::map<std::string, std::vector<std::string>> all;
  for (const auto& difference : differences) all[difference.component].push_back(difference.text);
  std::map<std::string, std::string> texts;
  for (const auto& [component, lines] : all)
    texts[component] =
        lines.front() + (lines.size() > 1 ? " (and " + std::to_string(lines.size() - 1) + " more)" : "");
  return texts;
}

}  // namespace

void JujuCluster::add_kubernetes_nodes(CloudStatus& status, std::stop_token stop) {
  if (!pods()) return;
  const auto listed = pods()->cluster().list("/api/v1/nodes", {}, stop);
  if (!listed) {
    status.problems.push_back(
        {"Kubernetes", "down", without_end(listed.error().text()), {}, listed.error().fix});
    return;
  }
  for (const auto& item : listed->items) {
    CloudStatus::Node node;
    node.name = kubernetes::text_at(item, "/metadata/name");
    node.roles = {"kubernetes"};
    node.state = "unknown";
    for (const auto& address : kubernetes::part_at(item, "/status/addresses"))
      if (kubernetes::text_at(address, "/type") == "InternalIP")
        node.address = kubernetes::text_at(address, "/address");
    for (const auto& condition : kubernetes::part_at(item, "/status/conditions"))
      if (kubernetes::text_at(condition, "/type") == "Ready") {
        node.state = kubernetes::text_at(condition, "/status") == "True" ? "up" : "down";
        if (node.state == "down") node.message = kubernetes::text_at(condition, "/message");
      }
    if (node.state == "down")
      status.problems.push_back({node.name, "down", node.message, {}, "kubectl describe node " + node.name});
    status.nodes.push_back(std::move(node));
  }
}

CloudStatus JujuCluster::status(const Watch& watch) {
  CloudStatus status;
  status.name = name();
  status.substrate = "juju";
  const auto failed = [&](const std::string& what, const Error& error) {
    status.problems.push_back({what, "down", without_end(error.text()), {}, error.fix});
    status.state = "down";
    return status;
  };
  const auto recorded = deployment();
  if (!recorded) return failed(status.name, recorded.error());
  status.name = recorded->cluster.name;
  status.id = recorded->cluster.id;
  status.release = recorded->cluster.release;
  status.region = recorded->cluster.region;
  const auto topology = charmed::topology(*recorded, catalogue_);
  if (!topology) return failed("the record", topology.error());
  const auto seen = charmed::observe(*topology, tools_, {}, watch.stop);
  if (!seen) return failed(tools_.view.text(), seen.error());
  const auto said = charmed::cloud_status(status.name, *topology, catalogue_, *seen);
  const auto differences = grouped(said.differences);

  std::size_t explained = 0;
  for (const auto& from : said.services) {
    CloudStatus::Service service;
    service.name = from.component;
    service.title = from.title;
    if (from.applications != std::vector<std::string>{from.component})
      service.title += " (" + commas(from.applications) + ")";
    service.state = state_of(from.state);
    service.units = from.units;
    service.wanted_units = from.wanted_units;
    const auto managed = recorded->components.find(from.component);
    if (managed != recorded->components.end()) service.managed_by = managed->second.by;
    const auto differs = differences.find(from.component);
    if (!from.troubles.empty()) {
      const auto& first = from.troubles.front();
      service.message = first.name + ": " + first.status.message;
    } else if (differs != differences.end()) {
      service.message = differs->second;
      if (service.state == "active") service.state = "drifted";
    }
    for (const auto& trouble : from.troubles) {
      auto why = trouble.status.message;
      if (pods() && explained++ < most_explained)
        for (const auto& line : pods()->of(name(), trouble.name, limit(watch)))
          why += (why.empty() ? "" : "\n    ") + line;
      status.problems.push_back(
          {trouble.name, trouble.waits ? "waiting" : "blocked", why, trouble.status.since,
           trouble.waits ? ""
                         : "juju status " + trouble.name + "; juju debug-log --include " + trouble.name});
    }
    status.services.push_back(std::move(service));
  }
  for (const auto& [component, text] : differences)
    status.problems.push_back(
        {component.empty() ? "the model" : component, "drifted", text, {}, repair_command});
  for (const auto& [name, member] : recorded->members)
    status.nodes.push_back(
        {.name = name, .roles = member.roles, .address = member.address, .state = "unknown"});
  if (!status.nodes.empty()) {  // hypervisors: the cloud itself says how they are
    const auto looked = [&]() -> Status {
      MS_TRY(openstack::Session * admin, this->admin(watch));
      return add_hypervisors(status, *admin, watch.stop);
    }();
    if (!looked)
      status.problems.push_back(
          {"the API", "down", without_end(looked.error().text()), {}, looked.error().fix});
  }
  add_kubernetes_nodes(status, watch.stop);
  status.state = said.state == "absent" ? "down" : worst_state(status);
  return status;
}

std::vector<Evidence> JujuCluster::evidence(const Watch& watch) {
  std::vector<Evidence> all;
  const auto within = limit(watch);
  const auto recorded = record_.read(within);
  all.push_back({"deployment.json", recorded ? (*recorded ? to_json(**recorded).dump(2) + "\n" : "none\n")
                                             : recorded.error().text()});
  const auto session = tools_.view.session(within);
  if (!session) {
    all.push_back({"model/unreachable.txt", session.error().text()});
    return all;
  }
  const auto full = (*session)->call({.facade = "Client",
                                      .request = "FullStatus",
                                      .params = {{"patterns", nullptr}, {"include-storage", true}},
                                      .reads = true},
                                     within);
  all.push_back({"model/status.json", full ? full->dump(2) + "\n" : full.error().text()});
  const auto config = juju::model_config(**session, within);
  Json values = Json::object();
  if (config)
    for (const auto& [key, setting] : *config)
      values[key] = {{"value", setting.value}, {"source", setting.source}};
  all.push_back({"model/config.json", config ? values.dump(2) + "\n" : config.error().text()});
  const auto applications = tools_.view.config(within);
  Json options = Json::object();
  if (applications)
    for (const auto& [application, settings] : **applications)
      for (const auto& [key, setting] : settings)
        if (setting.source == "user") options[application][key] = setting.value;
  all.push_back(
      {"model/applications.json", applications ? options.dump(2) + "\n" : applications.error().text()});
  if (const auto seen = tools_.view.status(within); seen && *seen)
    for (const auto& trouble : juju::troubles(**seen)) {
      const auto history = juju::status_history(**session, trouble.name, 50, within);
      std::string text;
      if (history)
        for (const auto& one : *history) text += one.since + " " + one.status + " " + one.message + "\n";
      all.push_back(
          {"model/history-" + file_name(trouble.name) + ".txt", history ? text : history.error().text()});
    }
  if (pods()) {
    const auto causes = kubernetes::causes(pods()->cluster(), name(), {}, watch.stop);
    std::string text;
    if (causes)
      for (const auto& cause : *causes) {
        text += cause.object + " " + cause.container + " " + cause.reason + ": " + cause.what + "\n";
        for (const auto& line : cause.log) text += "  " + line + "\n";
      }
    all.push_back({"kubernetes/causes.txt", causes ? text : causes.error().text()});
  }
  return all;
}

std::vector<std::pair<std::string, Secret>> JujuCluster::secrets(const Watch& watch) {
  std::vector<std::pair<std::string, Secret>> all;
  all.emplace_back("juju/password", controller_.access().password);
  const auto within = limit(watch);
  const auto session = tools_.view.session(within);
  if (!session) return all;
  const auto there = juju::secrets(**session, true, within);
  if (there)
    for (const auto& secret : *there)
      for (const auto& [key, value] : secret.values)
        if (secret.label != "microstack-deployment") all.emplace_back(secret.label + "/" + key, value);
  return all;
}

}  // namespace microstack::plugin
