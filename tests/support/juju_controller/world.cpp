#include "tests/support/juju_controller/world.h"

#include <algorithm>
#include <ctime>
#include <fstream>

namespace microstack::testing {

namespace {

Endpoint read_endpoint(const std::string& name, const std::string& role, const std::string& text) {
  // "interface", "interface optional", "interface limit1"
  Endpoint endpoint{name, role, text.substr(0, text.find(' '))};
  endpoint.optional = role != "requirer" || text.find(" optional") != std::string::npos;
  endpoint.limit = text.find(" limit1") != std::string::npos ? 1 : 0;
  return endpoint;
}

struct Side {
  std::string application;
  Endpoint endpoint;
};

// The endpoints that "application" or "application:endpoint" may mean.
std::vector<Side> candidates(Model& model, const std::string& text) {
  auto colon = text.find(':');
  auto name = text.substr(0, colon);
  std::vector<Side> found;
  auto add = [&](const Endpoint& endpoint) {
    if (endpoint.role == "peer") return;
    if (colon == std::string::npos || text.substr(colon + 1) == endpoint.name)
      found.push_back({name, endpoint});
  };
  if (auto app = model.applications.find(name); app != model.applications.end()) {
    for (const auto& [ignored, endpoint] : app->second.charm.endpoints) add(endpoint);
  } else if (auto remote = model.remotes.find(name); remote != model.remotes.end()) {
    for (const auto& endpoint : remote->second.endpoints) add(endpoint);
  }
  return found;
}

bool fit(const Side& a, const Side& b) {
  return a.endpoint.interface == b.endpoint.interface && a.endpoint.role != b.endpoint.role;
}

}  // namespace

std::string Charm::url() const {
  return (local ? "local:" : "ch:amd64/") + name + "-" + std::to_string(revision);
}

std::string Relation::key() const {
  std::string out;
  for (const auto& end : ends) out += (out.empty() ? "" : " ") + end.application + ":" + end.endpoint;
  return out;
}

Application& Model::application(const std::string& wanted) {
  auto found = applications.find(wanted);
  if (found == applications.end()) throw ApiError("application " + wanted + " not found", "not found");
  return found->second;
}

Charm read_charm(const std::string& name, const Json& json) {
  Charm charm;
  charm.name = name;
  for (auto [key, role] : {std::pair{"provides", "provider"}, {"requires", "requirer"}, {"peers", "peer"}}) {
    const Json endpoints = json.value(key, Json::object());
    for (const auto& [endpoint, text] : endpoints.items()) {
      charm.endpoints[endpoint] = read_endpoint(endpoint, role, text.get<std::string>());
    }
  }
  charm.endpoints["juju-info"] = {"juju-info", "provider", "juju-info"};
  charm.config = json.value("config", Json::object());
  charm.actions = json.value("actions", std::vector<std::string>());
  charm.containers = json.value("containers", std::vector<std::string>());
  charm.resources = json.value("resources", Json::object());
  charm.subordinate = json.value("subordinate", false);
  return charm;
}

World::World() {
  controller_uuid = uuid();  // here, where what uuid() counts has been initialized
  clouds["kube"] = {{"type", "kubernetes"},
                    {"auth-types", {"userpass", "oauth2", "clientcertificate"}},
                    {"endpoint", "https://127.0.0.1:16443"},
                    {"regions", Json::array({{{"name", "default"}}})},
                    {"is-controller-cloud", true}};
  credentials["cloudcred-kube_admin_kube"] = {{"auth-type", "oauth2"}, {"attrs", {{"Token", "t"}}}};
}

void World::load_charms(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  const Json all = Json::parse(file);
  for (const auto& [name, charm] : all.items()) charmhub[name] = read_charm(name, charm);
}

std::string World::now() const {
  std::time_t time = 1795356000 + seconds_++;
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&time));
  return text;
}

std::string World::uuid() {
  char text[40];
  ++drawn_;
  std::snprintf(text, sizeof text, "%08lx-0000-4000-8000-%012lx", drawn_ * 0x9e3779b1ul & 0xffffffff, drawn_);
  return text;
}

Model& World::add_model(const std::string& name, const std::string& owner, const std::string& cloud,
                        bool controller) {
  Model model;
  model.uuid = uuid();
  model.name = name;
  model.owner = owner;
  model.cloud = cloud;
  model.type = clouds.at(cloud)["type"] == "kubernetes" ? "caas" : "iaas";
  model.is_controller = controller;
  model.since = now();
  for (const auto& [tag, ignored] : credentials) {
    if (tag.rfind("cloudcred-" + cloud + "_" + owner + "_", 0) == 0) model.credential = tag;
  }
  return models[model.uuid] = std::move(model);
}

Model& World::model_named(const std::string& name) {
  for (auto& [ignored, model] : models) {
    if (model.name == name) return model;
  }
  throw std::runtime_error("no model " + name);
}

Application& World::deploy(Model& model, const std::string& name, Charm charm, int units) {
  if (model.applications.count(name) > 0) throw ApiError("application already exists");
  Application application;
  application.name = name;
  application.charm = std::move(charm);
  application.number = model.next_number++;
  auto& placed = model.applications[name] = std::move(application);
  set_units(model, placed, units);
  for (const auto& [ignored, endpoint] : placed.charm.endpoints) {
    if (endpoint.role != "peer") continue;
    model.relations.push_back(
        {model.next_relation++, endpoint.interface, {{name, endpoint.name, "peer"}}, now()});
  }
  return placed;
}

void World::set_units(Model& model, Application& application, int units) {
  auto& all = application.units;
  while (static_cast<int>(all.size()) > units) all.erase(std::prev(all.end()));
  while (static_cast<int>(all.size()) < units) {
    Unit unit;
    auto waits_for = model.type == "caas" ? "installing agent" : "waiting for machine";
    unit.state = {"waiting", waits_for, "allocating", now(), 0};
    unit.leader = all.empty();
    all[application.next_unit++] = unit;
  }
}

Relation& World::relate(Model& model, const std::string& one, const std::string& other) {
  auto context = "adding relation between endpoints \"" + one + "\" and \"" + other + "\": ";
  auto left = candidates(model, one), right = candidates(model, other);
  for (const auto& [side, text] : {std::pair{&left, one}, {&right, other}}) {
    if (!side->empty()) continue;
    throw ApiError(context + "cannot relate endpoints \"" + one + "\" and \"" + other +
                   "\": no candidates for " + text + ": relation endpoint not found");
  }
  std::vector<std::pair<Side, Side>> fitting;
  for (const auto& a : left) {
    for (const auto& b : right) {
      if (fit(a, b)) fitting.emplace_back(a, b);
    }
  }
  if (fitting.empty()) {
    throw ApiError(context + "cannot relate endpoints \"" + one + "\" and \"" + other +
                   "\": no compatible endpoints");
  }
  if (fitting.size() > 1) throw ApiError(context + "ambiguous relation");
  auto [a, b] = fitting.front();
  if (a.endpoint.role != "requirer") std::swap(a, b);
  Relation relation{model.next_relation, a.endpoint.interface, {}, now()};
  for (const auto& side : {a, b}) {
    relation.ends.push_back({side.application, side.endpoint.name, side.endpoint.role});
  }
  for (const auto& existing : model.relations) {
    if (existing.key() != relation.key()) continue;
    throw ApiError(context + "cannot add relation \"" + one + "\", \"" + other + "\": relation " +
                   relation.key() + ": already exists");
  }
  ++model.next_relation;
  model.relations.push_back(relation);
  return model.relations.back();
}

bool World::look(Model& model) {
  bool dying_model = model.life != "alive";
  std::vector<std::string> gone;
  for (auto& [name, application] : model.applications) {
    if (dying_model && application.life == "alive") application.life = "dying";
    if (application.life == "dying") {
      if (story.stuck.count(name) == 0 && application.dying_looks++ >= story.looks_until_gone)
        gone.push_back(name);
      continue;
    }
    if (application.scale && application.scale_looks++ >= story.looks_until_active) {
      set_units(model, application, *application.scale);
      application.scale.reset();
    }
    for (auto& [number, unit] : application.units) {
      auto& state = unit.state;
      if (++state.age < story.looks_until_active) continue;
      UnitState wanted{"active", "", "idle", state.since, state.age};
      if (story.needs_integrations) {
        for (const auto& [ignored, endpoint] : application.charm.endpoints) {
          bool there =
              std::any_of(model.relations.begin(), model.relations.end(), [&](const Relation& relation) {
                return std::any_of(relation.ends.begin(), relation.ends.end(), [&](const Relation::End& end) {
                  return end.application == name && end.endpoint == endpoint.name;
                });
              });
          if (endpoint.optional || there) continue;
          wanted.status = "blocked";
          wanted.message = "integration missing: " + endpoint.name;
          break;
        }
      }
      for (const auto& key : {name, name + "/" + std::to_string(number)}) {
        auto held = story.held.find(key);
        if (held == story.held.end()) continue;
        wanted.status = held->second.status;
        wanted.message = held->second.message;
      }
      if (wanted.status != state.status || wanted.message != state.message) wanted.since = now();
      state = wanted;
    }
  }
  for (const auto& name : gone) {
    auto& relations = model.relations;
    relations.erase(std::remove_if(relations.begin(), relations.end(),
                                   [&](const Relation& relation) {
                                     return std::any_of(relation.ends.begin(), relation.ends.end(),
                                                        [&](auto& end) { return end.application == name; });
                                   }),
                    relations.end());
    for (auto offer = model.offers.begin(); offer != model.offers.end();) {
      offer = offer->second.application == name ? model.offers.erase(offer) : std::next(offer);
    }
    model.applications.erase(name);
  }
  if (!dying_model || !model.applications.empty() || story.stuck.count("model") > 0) return true;
  if (model.dying_looks++ < std::max(1, story.looks_until_gone)) return true;
  if (model.life == "dying") {
    model.life = "dead";
    return true;
  }
  return false;
}

}  // namespace microstack::testing
