#include "juju-plugin/clusters/native.h"

#include <algorithm>

#include "engine/cloud/components.h"
#include "engine/cloud/credentials_file.h"
#include "juju-plugin/clusters/hypervisors.h"
#include "juju-plugin/component_arguments.h"

namespace microstack::plugin {
namespace {

std::string at(const Json& json, const char* pointer) {
  return json.value(Json::json_pointer(pointer), std::string());
}

struct Differences {
  std::string first;
  std::size_t count = 0;
  bool health = false;
};

std::map<std::string, Differences> by_component(const Json& said) {
  std::map<std::string, Differences> all;
  for (const auto& difference : said.value("differences", Json::array())) {
    auto& own = all[difference.value("component", std::string())];
    if (own.count++ == 0) own.first = difference.value("text", std::string());
    if (difference.value("step", std::string()).starts_with("health:")) own.health = true;
  }
  return all;
}

std::string message_of(const Differences& differences) {
  if (differences.count < 2) return differences.first;
  return differences.first + " (and " + std::to_string(differences.count - 1) + " more)";
}

void add_services(CloudStatus& status, const Catalogue& catalogue, const Deployment& deployment,
                  const Json* said) {
  const auto differences = said ? by_component(*said) : std::map<std::string, Differences>();
  const auto add = [&](const Component& component) {
    const auto managed = deployment.components.find(component.name);
    if (managed == deployment.components.end()) return;
    CloudStatus::Service service;
    service.name = component.name;
    service.title = component.title;
    service.managed_by = managed->second.by;
    service.state = said ? "active" : "unknown";
    if (const auto found = differences.find(component.name); found != differences.end()) {
      service.state = found->second.health ? "blocked" : "drifted";
      service.message = message_of(found->second);
      status.problems.push_back({component.name, service.state, service.message, {}, repair_command});
    }
    status.services.push_back(std::move(service));
  };
  for (const auto& component : catalogue.components())
    if (!component.optional) add(component);
  for (const auto& component : catalogue.components())
    if (component.optional) add(component);
  if (const auto own = differences.find(""); own != differences.end())
    status.problems.push_back({"the node itself", "drifted", message_of(own->second), {}, repair_command});
}

void problem_of(CloudStatus& status, const std::string& what, const Error& error) {
  status.problems.push_back({what, "down", error.text(), {}, error.fix});
  auto& why = status.problems.back().why;
  while (why.ends_with('\n')) why.pop_back();
}

}  // namespace

CloudStatus NativeCluster::status(const Watch& watch) {
  CloudStatus status;
  status.name = name();
  status.substrate = "native";
  const auto deployment = this->deployment();
  if (deployment) {
    status.id = deployment->cluster.id;
    status.release = deployment->cluster.release;
    status.region = deployment->cluster.region;
    for (const auto& [name, member] : deployment->members)
      status.nodes.push_back(
          {.name = name, .roles = member.roles, .address = member.address, .state = "unknown"});
  } else {
    problem_of(status, status.name, deployment.error());
  }
  const auto said = cloud_->status(watch);
  if (said) {
    status.api_address = at(*said, "/facts/control/api_address");
    if (deployment && deployment->components.contains("horizon"))
      status.dashboard = at(*said, "/facts/urls/dashboard");
    // The first node has answered; what Nova says of it comes on top.
    if (auto* first = node_named(status, at(*said, "/facts/node/name"))) first->state = "up";
  } else if (deployment) {
    problem_of(status, "the control node", said.error());
  }
  if (deployment) add_services(status, catalogue_, *deployment, said ? &*said : nullptr);
  if (said && deployment) {
    const auto looked = [&]() -> Status {
      MS_TRY(openstack::Session * admin, cloud_->admin(watch));
      return add_hypervisors(status, *admin, watch.stop);
    }();
    if (!looked) problem_of(status, "the API", looked.error());
  }
  status.state = worst_state(status);
  return status;
}

Result<Deployment> NativeCluster::deployment() {
  if (cloud_->place().kind == Place::Kind::machine) {
    MS_TRY(const Json machine, cloud_->machine_status({}));
    if (machine.is_null())
      return ask("cloud " + name() + " is not on this host", {},
                 "see which are: microstack-hypervisor machine list");
    if (machine.value("leader", 0L) == 0)
      return retry("machine " + cloud_->machine() + " is " + machine.value("state", std::string("off")), {},
                   "start it: microstack-hypervisor machine start " + name() + " " + cloud_->machine());
  }
  MS_TRY(auto there, cloud_->deployment());
  if (!there)
    return ask("cloud " + name() + " was begun and never finished", {},
               "run terraform apply again: it goes on where it ended");
  return std::move(*there);
}

Result<std::string> NativeCluster::dashboard(const Watch& watch) {
  MS_TRY(const auto deployment, this->deployment());
  if (!deployment.components.contains("horizon"))
    return ask("the dashboard is not enabled", deployment.cluster.id, "juju microstack enable horizon");
  auto url = status(watch).dashboard;
  if (url.empty())
    return retry("the cloud does not say where its dashboard is", deployment.cluster.id,
                 "see what is in the way: juju microstack status");
  return url;
}

Result<std::string> NativeCluster::authority(const Watch& watch) {
  MS_TRY(const Json said, cloud_->status(watch));
  return at(said, "/facts/ca");
}

Result<std::string> NativeCluster::guest_image(const Watch& watch) {
  MS_TRY(const Json built, cloud_->on_host({"guest", "image"}, {}, watch));
  return built.value("path", std::string());
}

Result<ExternalNetworkWish> NativeCluster::external_network(const Watch& watch) {
  if (cloud_->place().kind != Place::Kind::machine) return ExternalNetworkWish{};
  MS_TRY(const Json machine, cloud_->machine_status(watch));
  return wish_of_machine(machine);
}

std::vector<std::string> NativeCluster::features() const {
  std::vector<std::string> names;
  for (const auto& component : catalogue_.components())
    if (component.optional) names.push_back(component.name);
  return names;
}

Result<bool> NativeCluster::change(const Component& component, const std::vector<std::string>& words,
                                   bool force, const Watch& watch) {
  MS_TRY(const auto deployment, this->deployment());
  const auto there = deployment.components.find(component.name);
  const bool known = there != deployment.components.end();
  const Json before = effective_config(component, known ? there->second.config : Json::object());
  MS_TRY(const Json config, changed_config(component, before, words));
  if (known && config == before) return false;
  MS_CHECK(may_change(deployment, component.name, force));
  MS_TRY([[maybe_unused]] const Json facts,
         install_component(*cloud_, catalogue_, component.name, config, watch));
  MS_CHECK(record_component(*cloud_, component.name, our_name, config, watch));
  return true;
}

Result<bool> NativeCluster::enable(const std::string& feature, const std::vector<std::string>& words,
                                   bool force, const Watch& watch) {
  MS_TRY(const Component* component, component_named(catalogue_, feature));
  if (!component->optional)
    return ask(feature + " is a part of every cloud", {},
               "its configuration is changed by: juju microstack config " + feature);
  return change(*component, words, force, watch);
}

Result<bool> NativeCluster::may_disable(const std::string& feature, bool force) {
  MS_TRY(const Component* component, component_named(catalogue_, feature));
  if (!component->optional) return ask(feature + " is a part of every cloud: it cannot be disabled");
  MS_TRY(const auto deployment, this->deployment());
  if (!deployment.components.contains(feature)) return false;
  std::string others;  // that cannot do without it
  for (const auto& other : catalogue_.components()) {
    const bool needs = std::find(other.needs.begin(), other.needs.end(), feature) != other.needs.end();
    if (needs && deployment.components.contains(other.name))
      others += (others.empty() ? "" : ", ") + other.name;
  }
  if (!others.empty())
    return ask(feature + " is needed by " + others, deployment.cluster.id, "disable those first");
  MS_CHECK(may_change(deployment, feature, force));
  return true;
}

Status NativeCluster::disable(const std::string& feature, const Watch& watch) {
  MS_TRY([[maybe_unused]] const Json facts, uninstall_component(*cloud_, feature, watch));
  return record_component(*cloud_, feature, our_name, Json(), watch);
}

Result<std::vector<Setting>> NativeCluster::settings(const std::string& wanted) {
  MS_TRY(const auto deployment, this->deployment());
  if (!wanted.empty()) {
    MS_TRY(const Component* component, component_named(catalogue_, wanted));
    if (!deployment.components.contains(component->name))
      return ask(wanted + " is not enabled", deployment.cluster.id, "juju microstack enable " + wanted);
  }
  std::vector<Setting> all;
  for (const auto& component : catalogue_.components()) {
    const auto there = deployment.components.find(component.name);
    if (there == deployment.components.end() || (!wanted.empty() && component.name != wanted)) continue;
    const Json values = effective_config(component, there->second.config);
    for (const auto& attribute : component.attributes)
      all.push_back({component.name, attribute.name, values.at(attribute.name), attribute.description});
  }
  return all;
}

Result<bool> NativeCluster::configure(const std::string& name, const std::vector<std::string>& words,
                                      bool force, const Watch& watch) {
  MS_TRY(const Component* component, component_named(catalogue_, name));
  MS_TRY(const auto deployment, this->deployment());
  if (!deployment.components.contains(name))
    return ask(name + " is not enabled", deployment.cluster.id, "juju microstack enable " + name);
  return change(*component, words, force, watch);
}

Status NativeCluster::refresh(const Watch& watch) {
  MS_TRY([[maybe_unused]] const Json facts, cloud_->install([](Profile&) -> Status { return {}; }, watch));
  return cloud_->edit_deployment(
      [&](const std::optional<Deployment>& there) -> Json {
        if (!there || there->catalogue_version == catalogue_.version()) return Json::object();
        return {{"catalogue_version", catalogue_.version()}};
      },
      watch);
}

Status NativeCluster::destroy(bool force, const Watch& watch) {
  if (const auto deployment = this->deployment(); deployment && !force) {
    if (deployment->wish.value("deletion_protection", false))
      return ask("cloud " + name() + " is protected against deletion", {},
                 "set deletion_protection = false in its configuration and apply, or use --force");
  }
  if (cloud_->place().kind == Place::Kind::machine) {
    MS_TRY(const Json machines, cloud_->on_host({"machine", "list"}, {}, watch));
    for (const auto& machine : machines) {
      if (machine.value("cluster", std::string()) != name()) continue;
      MS_TRY([[maybe_unused]] const Json gone,
             cloud_->on_host({"machine", "remove", name(), machine.value("name", std::string())}, {}, watch));
    }
  } else {
    MS_TRY([[maybe_unused]] const Json undone, cloud_->on_node({"remove"}, {}, watch));
  }
  return remove_credentials_file(
      {.cloud = name(), .path = CredentialsFile::default_path(name()), .authority = {}, .by = our_name});
}

std::vector<Evidence> NativeCluster::evidence(const Watch& watch) {
  std::vector<Evidence> all;
  const auto add_json = [&](const std::string& file, const Result<Json>& json) {
    all.push_back({file, json ? json->dump(2) + "\n" : json.error().text()});
  };
  if (cloud_->place().kind == Place::Kind::machine)
    add_json("host/machines.json", cloud_->machine_status(watch));
  const auto deployment = cloud_->deployment();
  add_json("deployment.json", !deployment ? Result<Json>(deployment.error())
                                          : Result<Json>(*deployment ? to_json(**deployment) : Json()));
  const auto profile = cloud_->profile();
  add_json("node/profile.json",
           !profile ? Result<Json>(profile.error()) : Result<Json>(*profile ? to_json(**profile) : Json()));
  add_json("node/status.json", cloud_->status(watch));
  const auto node = cloud_->node();
  if (!node) {
    all.push_back({"node/unreachable.txt", node.error().text()});
    return all;
  }
  // What is run on the node: only reads.
  static const std::vector<std::pair<const char*, std::vector<std::string>>> looks = {
      {"node/os-release.txt", {"cat", "/etc/os-release"}},
      {"node/uptime.txt", {"uptime"}},
      {"node/memory.txt", {"free", "-m"}},
      {"node/disk.txt", {"df", "-h"}},
      {"node/processes.txt", {"ps", "axo", "pid,user,pcpu,rss,etime,comm", "--sort=-rss"}},
      {"node/addresses.txt", {"ip", "-brief", "address"}},
      {"node/routes.txt", {"ip", "route"}},
      {"node/listening.txt", {"ss", "-lntup"}},
      {"node/units.txt", {"systemctl", "list-units", "--all", "--no-pager", "--plain"}},
      {"node/failed-units.txt", {"systemctl", "--failed", "--no-pager", "--plain"}},
      {"node/journal.txt", {"journalctl", "--no-pager", "--quiet", "-n", "4000"}},
      {"node/journal-errors.txt", {"journalctl", "--no-pager", "--quiet", "-p", "err", "-n", "1000"}},
      {"node/switch.txt", {"ovs-vsctl", "show"}},
      {"node/southbound.txt", {"ovn-sbctl", "show"}},
      {"node/guests.txt", {"virsh", "list", "--all"}},
      {"node/run-journal.txt", {"tail", "-n", "2000", "/var/lib/microstack/journal.jsonl"}},
  };
  for (const auto& [file, argv] : looks) {
    Command command;
    command.argv = argv;
    command.limit = std::chrono::seconds(30);
    const auto ran = (*node)->run(command, watch.stop);
    all.push_back({file, ran ? ran->out + ran->err : ran.error().text()});
  }
  return all;
}

std::vector<std::pair<std::string, Secret>> NativeCluster::secrets(const Watch& watch) {
  std::vector<std::pair<std::string, Secret>> all;
  const auto node = cloud_->node();
  if (!node) return all;
  Command list;
  list.argv = {"find", Places{}.state + "/secrets", "-type", "f"};
  if (cloud_->place().kind == Place::Kind::local)
    list.argv[1] = Places::from_environment().state + "/secrets";
  const auto found = (*node)->run(list, watch.stop);
  if (!found || !found->ok()) return all;
  std::size_t begin = 0;
  for (std::size_t end; (end = found->out.find('\n', begin)) != std::string::npos; begin = end + 1) {
    const auto path = found->out.substr(begin, end - begin);
    const auto file = (*node)->read(path);
    if (file && *file) all.emplace_back(path.substr(list.argv[1].size() + 1), Secret((*file)->bytes));
  }
  return all;
}

}  // namespace microstack::plugin
