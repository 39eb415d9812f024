#include "engine/steps/open_vswitch.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_host.h"
#include "tests/support/step_contract.h"

using namespace microstack;

namespace {

// A switch that understands what the step says to it: all commands of a call, or none.
struct Switch : FakeHost {
  struct Bridge {
    std::set<std::string> ports;
    std::map<std::string, std::string> columns;
  };
  Switch() : undo(*this) {
    program("ovs-vsctl", [this](FakeHost&, const Command& command) { return vsctl(command.argv); });
  }

  std::map<std::string, std::map<std::string, std::string>> columns = {{"external_ids", {{"rundir", "/run"}}},
                                                                       {"other_config", {}}};
  std::map<std::string, Bridge> bridges;
  std::set<std::string> managers;
  bool answers = true;
  UndoRecords undo;

 private:
  static std::string without_quotes(std::string text) {
    const auto json = Json::parse(text, nullptr, false);
    return json.is_string() ? json.get<std::string>() : text;
  }
  static Json set_of(Json items) { return items.size() == 1 ? items[0] : Json{"set", std::move(items)}; }
  static Json map_of(const std::map<std::string, std::string>& map) {
    Json pairs = Json::array();
    for (const auto& [key, value] : map) pairs.push_back(Json::array({key, value}));
    return Json::array({"map", pairs});
  }
  static Json uuid(const std::string& name) { return Json::array({"uuid", "of-" + name}); }
  static std::string table(Json rows) { return Json{{"data", std::move(rows)}}.dump() + "\n"; }

  std::string shown() const {
    Json ports = Json::array(), all = Json::array();
    for (const auto& [name, bridge] : bridges) {
      Json its = Json::array({uuid(name)});
      ports.push_back(Json::array({uuid(name), name}));
      for (const auto& port : bridge.ports) {
        its.push_back(uuid(port));
        ports.push_back(Json::array({uuid(port), port}));
      }
      const auto mode = bridge.columns.find("fail_mode");
      const auto datapath = bridge.columns.find("datapath_type");
      all.push_back(Json::array(
          {name, set_of(its), datapath == bridge.columns.end() ? "" : datapath->second,
           mode == bridge.columns.end() ? Json::array({"set", Json::array()}) : Json(mode->second)}));
    }
    std::string text =
        table(Json::array(
            {Json::array({map_of(columns.at("external_ids")), map_of(columns.at("other_config"))})})) +
        table(all) + table(ports);
    for (const auto& manager : managers) text += manager + "\n";
    return text;
  }

  CommandResult vsctl(const std::vector<std::string>& argv) {
    if (!answers) return {1, {}, "database connection failed\n"};
    std::vector<std::vector<std::string>> calls(1);
    for (std::size_t i = 1; i < argv.size(); ++i)
      if (argv[i] == "--")
        calls.emplace_back();
      else if (!argv[i].starts_with("--"))
        calls.back().push_back(argv[i]);
    const auto columns_before = columns;
    const auto bridges_before = bridges;
    for (const auto& call : calls) {
      if (call.empty()) continue;
      if (call[0] == "list") return {0, shown(), {}};
      if (const auto error = change(call); !error.empty()) {
        columns = columns_before, bridges = bridges_before;
        return {1, {}, "ovs-vsctl: " + error + "\n"};
      }
    }
    return {};
  }

  std::string change(const std::vector<std::string>& call) {
    const auto& verb = call[0];
    if (verb == "del-manager") managers.clear();
    if (verb == "set-manager") managers = {call.begin() + 1, call.end()};
    if (verb == "remove") columns[call[3]].erase(call[4]);
    if (verb == "add-br") bridges[call[1]];
    if (verb == "del-br") bridges.erase(call[1]);
    if (verb == "del-port") bridges.at(call[1]).ports.erase(call[2]);
    if (verb == "add-port") {
      for (const auto& [name, bridge] : bridges)
        if (name != call[1] && bridge.ports.contains(call[2])) return call[2] + " is on bridge " + name;
      bridges.at(call[1]).ports.insert(call[2]);
    }
    if (verb == "set" && call[1] == "Bridge")
      for (std::size_t i = 3; i < call.size(); ++i) {
        const auto is = call[i].find('=');
        const auto value = without_quotes(call[i].substr(is + 1));
        if (value == "[]")
          bridges.at(call[2]).columns.erase(call[i].substr(0, is));
        else
          bridges.at(call[2]).columns[call[i].substr(0, is)] = value;
      }
    if (verb == "set" && call[1] == "Open_vSwitch") {
      const auto colon = call[3].find(':'), is = call[3].find('=');
      columns[call[3].substr(0, colon)][call[3].substr(colon + 1, is - colon - 1)] =
          without_quotes(call[3].substr(is + 1));
    }
    return {};
  }
};

OpenVSwitchFact fact() {
  OpenVSwitchFact fact;
  fact.bridges = {{"br-int", {}, "secure"}, {"br-ex", {"eth2"}}};
  fact.external_ids = {{"ovn-encap-ip", "10.0.0.2"}, {"ovn-bridge-mappings", "public:br-ex"}};
  fact.manager = "ptcp:6640:127.0.0.1";
  return fact;
}

std::unique_ptr<OpenVSwitchStep> step_of(Switch& world, OpenVSwitchFact fact = ::fact()) {
  return std::make_unique<OpenVSwitchStep>(world, world.undo, std::move(fact));
}

void require_applied(Switch& world, const OpenVSwitchFact& fact) {
  StepContext context;
  REQUIRE_FALSE(step_of(world, fact)->check(context)->holds);
  const auto applied = step_of(world, fact)->apply(context);
  INFO((applied ? "" : applied.error().text()));
  REQUIRE(applied);
  const auto truth = step_of(world, fact)->check(context);
  INFO(truth->difference);
  REQUIRE(truth->holds);
}

std::set<std::string> names(const Switch& world) {
  std::set<std::string> all;
  for (const auto& [name, bridge] : world.bridges) all.insert(name);
  return all;
}

}  // namespace

TEST_CASE("a switch that was bare gets its bridges and loses them again") {
  contracts::step([] { return std::make_unique<Switch>(); }, [](Switch& world) { return step_of(world); });
  Switch world;
  require_applied(world, fact());
  StepContext context;
  REQUIRE(step_of(world)->undo(context));
  CHECK(world.bridges.empty());
  CHECK(world.managers.empty());
  CHECK(world.columns["external_ids"] == std::map<std::string, std::string>{{"rundir", "/run"}});
}

TEST_CASE("what a switch had before somebody made it a node's stays and comes back") {
  Switch world;
  world.bridges["br-ex"] = {{"eth7"}, {{"datapath_type", "netdev"}}};
  world.bridges["theirs"] = {{"eth8"}, {}};
  world.columns["external_ids"]["ovn-encap-ip"] = "192.0.2.1";
  world.managers = {"ptcp:6640"};
  require_applied(world, fact());
  CHECK(world.bridges["br-ex"].ports == std::set<std::string>{"eth2", "eth7"});
  CHECK(world.managers == std::set<std::string>{"ptcp:6640", "ptcp:6640:127.0.0.1"});
  StepContext context;
  REQUIRE(step_of(world)->undo(context));
  CHECK(names(world) == std::set<std::string>{"br-ex", "theirs"});
  CHECK(world.bridges["br-ex"].ports == std::set<std::string>{"eth7"});
  CHECK(world.bridges["br-ex"].columns["datapath_type"] == "netdev");
  CHECK_FALSE(world.bridges["br-ex"].columns.contains("fail_mode"));
  CHECK(world.columns["external_ids"]["ovn-encap-ip"] == "192.0.2.1");
  CHECK(world.managers == std::set<std::string>{"ptcp:6640"});
}

TEST_CASE("a network that leaves the profile takes its bridge along, one that moves takes its link") {
  Switch world;
  auto two = fact();
  two.bridges.push_back({"br-dc", {"eth3"}});
  require_applied(world, two);
  SECTION("one leaves") {
    require_applied(world, fact());
    CHECK(names(world) == std::set<std::string>{"br-int", "br-ex"});
  }
  SECTION("their links change places") {
    two.bridges[1].ports = {"eth3"};
    two.bridges[2].ports = {"eth2"};
    require_applied(world, two);
    CHECK(world.bridges["br-ex"].ports == std::set<std::string>{"eth3"});
    CHECK(world.bridges["br-dc"].ports == std::set<std::string>{"eth2"});
  }
  SECTION("a bridge has another name") {
    two.bridges[2].name = "br-other";
    require_applied(world, two);
    CHECK(names(world) == std::set<std::string>{"br-int", "br-ex", "br-other"});
  }
  SECTION("a bridge that somebody made meanwhile is left alone") {
    world.bridges["theirs"] = {};
    require_applied(world, fact());
    CHECK(names(world) == std::set<std::string>{"br-int", "br-ex", "theirs"});
  }
  StepContext context;
  REQUIRE(step_of(world, fact())->undo(context));
  CHECK(world.bridges.size() == world.bridges.count("theirs"));
}

TEST_CASE("a link that is a port of somebody's bridge is not taken from it") {
  Switch world;
  world.bridges["theirs"] = {{"eth2"}, {}};
  StepContext context;
  const auto applied = step_of(world)->apply(context);
  REQUIRE_FALSE(applied);
  CHECK(applied.error().kind == ErrorKind::ask);
  CHECK(applied.error().text().find("eth2 is a port of the bridge theirs already") != std::string::npos);
  CHECK(names(world) == std::set<std::string>{"theirs"});
}

TEST_CASE(
    "a switch that does not answer keeps its record as long as there is something of somebody's in it") {
  Switch world;
  StepContext context;
  const bool theirs = GENERATE(true, false);
  if (theirs) world.bridges["theirs"] = {};
  require_applied(world, fact());
  world.answers = false;
  CHECK(step_of(world)->undo(context).ok() == !theirs);
  world.answers = true;
  REQUIRE(step_of(world)->undo(context));
  if (theirs) CHECK(names(world) == std::set<std::string>{"theirs"});
}
