// The test controller as a program, for acceptance tests and the real command line:
//   juju_test_controller DATA JUJU_DATA [3|4]
// writes controllers.yaml and accounts.yaml of a controller "test" into JUJU_DATA and its CA into ca.pem there, says its address, and
// serves until its standard input ends. Lines of standard input change the world: "hold NAME STATUS MESSAGE",
// "release NAME", "cut N", "stop", "start", "refuse FACADE.METHOD CODE MESSAGE", "allow FACADE.METHOD",
// "stick NAME", "unstick NAME", "needs-integrations", "slow LOOKS" (until a unit is active), "kubernetes URL CA_FILE TOKEN"
// (the cloud of the models), "services FILE" (what the charms know of their services, as JSON: charm_behaviour.h), a CODE of several words stands in quotes; and in the first model "dying",
// "config APPLICATION KEY VALUE", "channel APPLICATION CHANNEL", "units APPLICATION N", "separate APPLICATION:ENDPOINT",
// "foreign APPLICATION CHARM"; "dump" writes what was called and what was wrong, "world" what the models hold, each as
// one line. Commands are obeyed in their order: an answer to "world" says that all before it are done.
#include <algorithm>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <sstream>

#include "engine/clients/juju/client_store.h"
#include "tests/support/juju_controller/juju_controller.h"

using namespace microstack;
using namespace microstack::testing;

namespace {

std::string rest_of(std::istream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

// Somebody else at work in the first model.
void change(World& world, const std::string& verb, const std::string& name, std::istream& words) {
  if (world.models.empty()) return;
  auto& model = world.models.begin()->second;
  if (verb == "separate") {
    std::erase_if(model.relations, [&](const Relation& relation) {
      return std::any_of(relation.ends.begin(), relation.ends.end(),
                         [&](const auto& end) { return end.application + ":" + end.endpoint == name; });
    });
    return;
  }
  if (verb == "foreign") {
    world.deploy(model, name, world.charmhub.at(rest_of(words)), 1);
    return;
  }
  auto& application = model.application(name);
  if (verb == "config") {
    std::string key;
    words >> key;
    application.config[key] = rest_of(words);
  } else if (verb == "channel") {
    application.channel = rest_of(words);
  } else {
    world.set_units(model, application, std::stoi(rest_of(words)));
  }
}

Json shown(const Model& model) {
  Json applications = Json::object(), integrations = Json::array(), offers = Json::object();
  for (const auto& [name, application] : model.applications) {
    Json units = Json::object();
    for (const auto& [number, unit] : application.units) units[std::to_string(number)] = unit.state.status;
    applications[name] = {{"charm", application.charm.name}, {"channel", application.channel},
                          {"base", application.base},        {"trust", application.trust},
                          {"config", application.config},    {"units", units},
                          {"life", application.life}};
  }
  for (const auto& relation : model.relations) {
    if (relation.ends.size() != 2) continue;
    Json pair = Json::array();
    for (const auto& end : relation.ends) pair.push_back(end.application + ":" + end.endpoint);
    std::sort(pair.begin(), pair.end());
    integrations.push_back(pair);
  }
  std::sort(integrations.begin(), integrations.end());
  for (const auto& [name, offer] : model.offers)
    offers[name] = {{"application", offer.application}, {"endpoints", offer.endpoints}};
  return {{"uuid", model.uuid},    {"applications", applications},    {"integrations", integrations},
          {"offers", offers},      {"secrets", model.secrets.size()}, {"life", model.life},
          {"config", model.config}};
}

void obey(JujuController& controller, const std::string& line) {
  std::istringstream words(line);
  std::string verb, name, status;
  words >> verb;
  if (verb == "hold") {
    words >> name >> status;
    controller.with([&](World& world) { world.story.held[name] = {status, rest_of(words)}; });
  } else if (verb == "release") {
    words >> name;
    controller.with([&](World& world) { world.story.held.erase(name); });
  } else if (verb == "cut") {
    int n = 0;
    words >> n;
    controller.server().cut_at(n);
  } else if (verb == "stop") {
    controller.server().stop();
  } else if (verb == "start") {
    controller.server().start();
  } else if (verb == "refuse") {
    words >> name >> std::quoted(status);
    controller.with([&](World&) { controller.refuse[name] = {rest_of(words), status == "-" ? "" : status}; });
  } else if (verb == "allow") {
    words >> name;
    controller.with([&](World&) { controller.refuse.erase(name); });
  } else if (verb == "stick" || verb == "unstick") {
    words >> name;
    controller.with([&](World& world) {
      verb == "stick" ? (void)world.story.stuck.insert(name) : (void)world.story.stuck.erase(name);
    });
  } else if (verb == "needs-integrations") {
    controller.with([&](World& world) { world.story.needs_integrations = true; });
  } else if (verb == "dying") {
    controller.with([](World& world) {
      if (!world.models.empty()) world.models.begin()->second.life = "dying";
    });
  } else if (verb == "kubernetes") {
    std::string url, ca_file, token;
    words >> url >> ca_file >> token;
    std::ifstream file(ca_file);
    const std::string pem{std::istreambuf_iterator<char>(file), {}};
    controller.with([&](World& world) {
      world.clouds["kube"]["endpoint"] = url;
      world.clouds["kube"]["ca-certificates"] = {pem};
      world.credentials["cloudcred-kube_admin_kube"]["attrs"]["Token"] = token;
    });
  } else if (verb == "services") {
    words >> name;
    std::ifstream file(name);
    const Json services = Json::parse(file);
    controller.with([&](World& world) { world.story.services = services; });
  } else if (verb == "slow") {
    int looks = 0;
    words >> looks;
    controller.with([&](World& world) { world.story.looks_until_active = looks; });
  } else if (verb == "config" || verb == "channel" || verb == "units" || verb == "separate" ||
             verb == "foreign") {
    words >> name;
    controller.with([&](World& world) { change(world, verb, name, words); });
  } else if (verb == "world") {
    Json all = Json::object();
    controller.with([&](World& world) {
      for (const auto& [uuid, model] : world.models) all[model.name] = shown(model);
    });
    std::cout << all.dump() << std::endl;
  } else if (verb == "dump") {
    std::cout << Json{{"calls", controller.counts()}, {"violations", controller.violations()}}.dump()
              << std::endl;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::cerr << "usage: juju_test_controller DATA JUJU_DATA [3|4]\n";
    return 2;
  }
  JujuController controller({.data = argv[1], .major = argc > 3 && std::string(argv[3]) == "3" ? 3 : 4});
  juju::StoredController stored{
      controller.world().controller_uuid, {controller.address()}, "", controller.ca_pem(), "kube"};
  stored.agent_version = "4.0.14";
  stored.type = "kubernetes";
  auto written = juju::ClientStore(argv[2]).put_controller("test", stored, "admin", Secret("admin-password"));
  if (!written) {
    std::cerr << written.error().text() << "\n";
    return 1;
  }
  std::ofstream(std::string(argv[2]) + "/ca.pem") << controller.ca_pem();
  std::cout << controller.address() << std::endl;
  for (std::string line; std::getline(std::cin, line);) obey(controller, line);
  return 0;
}
