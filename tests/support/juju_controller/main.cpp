// The test controller as a program, for acceptance tests and the real command line:
//   juju_test_controller DATA JUJU_DATA [3|4]
// writes controllers.yaml and accounts.yaml of a controller "test" into JUJU_DATA, says its address, and
// serves until its standard input ends. Lines of standard input change the world: "hold NAME STATUS MESSAGE",
// "release NAME", "cut N", "stop", "start", "refuse FACADE.METHOD CODE MESSAGE"; "dump" writes what was
// called and what was wrong.
#include <iostream>
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
    words >> name >> status;
    controller.with([&](World&) { controller.refuse[name] = {rest_of(words), status == "-" ? "" : status}; });
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
  std::cout << controller.address() << std::endl;
  for (std::string line; std::getline(std::cin, line);) obey(controller, line);
  return 0;
}
