// A small microstack-hypervisor: a host with machines and a node, as files below MICROSTACK_STATE. world.json
// says what it has to tell: {"machines":[], "findings":[], "facts":{}, "differences":[], "fail":"why install
// fails", "guest_image":"path", "guest_missing":[]}. calls.txt has a line for each verb; the deployment is the real one.
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "engine/base/file.h"
#include "engine/catalogue/deployment.h"
#include "engine/plan/event.h"

using namespace microstack;

namespace {

std::string state;
Json world;

int done(Json result) {
  std::cout << to_line({.kind = Event::Kind::done, .result = std::move(result)}) << std::endl;
  return 0;
}
int failed(Error error, int exit) {
  std::cout << to_line({.kind = Event::Kind::error, .error = std::move(error)}) << std::endl;
  return exit;
}
std::string all_of_stdin() {
  return {std::istreambuf_iterator<char>(std::cin), {}};
}

int install() {
  const auto profile = all_of_stdin();
  if (!write_file(state + "/profile.json", profile)) return 5;
  if (world.contains("fail")) return failed(retry(world["fail"]), 5);
  return done({{"facts", world["facts"]}});
}

int edit(const std::string& if_match) {
  const auto deployment =
      DeploymentFile(state + "/deployment.json").patch(std::stoll(if_match), Json::parse(all_of_stdin()));
  if (!deployment) return failed(deployment.error(), 6);
  std::cout << to_json(*deployment).dump() << std::endl;
  return 0;
}

int remove() {
  for (const char* file : {"/profile.json", "/deployment.json"})
    if (!remove_file(state + file)) return 5;
  return done({{"steps", 1}});
}

int status() {
  const auto profile = read_file(state + "/profile.json");
  if (!profile || !*profile) return failed(ask("this node has no profile: it was never installed"), 4);
  const auto differences = world.value("differences", Json::array());
  std::cout << Json{{"differences", differences}, {"healthy", differences.empty()}, {"facts", world["facts"]}}
                   .dump()
            << std::endl;
  return differences.empty() ? 0 : 3;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  state = std::getenv("MICROSTACK_STATE");
  std::ifstream in(state + "/world.json");
  world = Json::parse(in);
  std::string verb;
  for (const auto& word : words) verb += (verb.empty() ? "" : " ") + word;
  std::ofstream(state + "/calls.txt", std::ios::app) << verb << "\n";
  if (world.contains("dies")) return 139;
  if (verb == "machine list") return done(world.value("machines", Json::array()));
  if (words.size() == 4 && words[0] == "machine" && words[1] == "status") {
    const Json machines = world.value("machines", Json::array());
    for (const auto& machine : machines)
      if (machine["cluster"] == words[2] && machine["name"] == words[3]) return done(machine);
    return done({{"cluster", words[2]}, {"name", words[3]}, {"state", "absent"}});
  }
  if (verb == "probe --machine") return done({{"findings", world.value("findings", Json::array())}});
  if (verb == "probe") return done(world.value("probe", Json::object()));
  if (verb == "guest image") return done({{"path", world.value("guest_image", "")}});
  if (verb == "guest check") return done({{"missing", world.value("guest_missing", Json::array())}});
  if (verb == "install -") return install();
  if (verb == "status") return status();
  if (verb == "remove") return remove();
  if (verb == "member part") return done(Json::object());
  if (verb == "member join") {
    Json secrets = Json::object();
    for (const auto& profile : Json::parse(all_of_stdin())) secrets[profile["node"]["name"]] = Json::object();
    return done({{"secrets", secrets}});
  }
  if (words.size() == 4 && words[0] == "deployment") return edit(words[3]);
  return failed(give_up("the small hypervisor knows no " + verb), 2);
}
