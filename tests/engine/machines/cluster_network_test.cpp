#include "engine/machines/cluster_network.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "engine/base/file.h"
#include "tests/support/fake_host.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

namespace {

struct World {
  testing::TemporaryFolder temporary;
  const std::string folder = temporary.path;
  Places places;
  FakeHost host;
  std::set<std::string> links, down;
  std::map<std::string, std::string> known =
      {  // this host's own links, as `ip -j address show` tells of each
          {"eth0", R"([{"flags":["UP"],"addr_info":[{"family":"inet","local":"198.51.100.7"}]}])"},
          {"eth1", R"([{"flags":["BROADCAST"],"addr_info":[]}])"},
          {"eth2", R"([{"flags":["UP"],"addr_info":[{"family":"inet6","local":"fe80::1"}]}])"},
          {"eth3", R"([{"flags":["UP"],"master":"br0","addr_info":[]}])"}};
  bool table = false;

  World() {
    places = {folder + "/state", folder + "/run", folder + "/cache"};
    host.program("ip", [this](FakeHost&, const Command& c) -> CommandResult {
      const auto& a = c.argv;
      if (a[1] == "-j")  // address show dev LINK
        return {known.contains(a[5]) ? 0 : 1, known.contains(a[5]) ? known.at(a[5]) : "", {}};
      if (a[1] == "link" && a[2] == "set") {
        down.insert(a[4]);
        return {};
      }
      if (a[1] == "-4")
        return {0,
                a[3] == "addr" ? R"([{"addr_info":[{"local":"192.0.2.2","prefixlen":24}]}])"
                               : R"([{"dst":"default"}])",
                {}};
      if (a[1] == "-force") {
        for (std::size_t at = 0; (at = c.stdin_text.find("link add ", at)) != std::string::npos; ++at)
          links.insert(c.stdin_text.substr(at + 9, c.stdin_text.find(' ', at + 9) - at - 9));
        return {};
      }
      if (a[2] == "delete") return {links.erase(a[3]) ? 0 : 1, {}, {}};
      return {links.contains(a[4]) ? 0 : 1, {}, {}};
    });
    host.program("nft", [this](FakeHost&, const Command& c) -> CommandResult {
      if (c.argv[1] == "list") return {table ? 0 : 1, {}, {}};
      table = c.argv[1] == "-f";
      return {};
    });
    host.says("ethtool", "");
  }
};

}  // namespace

TEST_CASE("a cluster's networks are made, found made, and gone when undone") {
  World world;
  const auto network = reserve_network(world.places, world.host, "demo", {}).value();
  for (const char kind : {'m', 'x', 't'}) CHECK(network.link(kind, 200).size() <= 15);
  const auto plan = network_plan(world.places, world.host, network);
  REQUIRE(plan.nodes().size() == 2);
  auto& step = *plan.nodes()[1].step;
  StepContext context;
  CHECK_FALSE(step.check(context).value().holds);
  REQUIRE(step.apply(context).ok());
  CHECK(step.check(context).value().holds);
  REQUIRE(step.apply(context).ok());
  REQUIRE(step.undo(context).ok());
  CHECK(world.links.empty());
  CHECK_FALSE(world.table);
  CHECK_FALSE(step.check(context).value().holds);
  REQUIRE(step.undo(context).ok());
}

TEST_CASE("two clusters on a host do not meet") {
  World world;
  const auto one = reserve_network(world.places, world.host, "one", {}).value();
  const auto two = reserve_network(world.places, world.host, "two", {}).value();
  CHECK(one.tag != two.tag);
  CHECK(one.management != two.management);
  CHECK(reserve_network(world.places, world.host, "one", {}).value().management == one.management);
  MachineSpec::Networks wish;
  wish.management = one.management;
  CHECK_FALSE(reserve_network(world.places, world.host, "three", wish).ok());
  CHECK_FALSE(reserve_network(world.places, world.host, "two", wish).ok());
}

TEST_CASE("networks of another cluster count and hinder nobody, however new or broken its record is") {
  World world;
  const auto one = reserve_network(world.places, world.host, "one", {}).value();
  const auto record = world.folder + "/state/clusters/newer/network.json";
  REQUIRE(write_file(record, R"({"version": 9, "what is new": 1, "management": "10.99.1.0/24"})").ok());
  MachineSpec::Networks wish;
  wish.management = "10.99.1.0/24";
  CHECK_FALSE(reserve_network(world.places, world.host, "two", wish).ok());
  CHECK(reserve_network(world.places, world.host, "two", {}).ok());
  REQUIRE(write_file(record, "not JSON").ok());
  CHECK(reserve_network(world.places, world.host, "three", {}).ok());
}

TEST_CASE(
    "links that lead to another host's networks become ports, this host takes no address there, and they are "
    "given back") {
  World world;
  MachineSpec::Networks wish;
  wish.management = "198.51.100.0/24";  // eth0 is in it, too: no reason against it
  wish.tunnel = "203.0.113.0/24";
  const auto with = [&](const char* management, const char* tunnel) {
    wish.management_link = management;
    wish.tunnel_link = tunnel;
    return reserve_network(world.places, world.host, "demo", wish);
  };
  CHECK_THAT(with("eth0", "eth2").error().what, Catch::Contains("198.51.100.7"));
  CHECK_THAT(with("eth3", "eth2").error().what, Catch::Contains("port of br0"));
  CHECK_THAT(with("eth9", "eth2").error().what, Catch::Contains("no link eth9"));
  const auto network = with("eth1", "eth2").value();
  CHECK(recorded_network(world.places, "demo").value()->tunnel_link == "eth2");
  CHECK_FALSE(with("eth2", "eth1").ok());  // it has others already
  const auto batch = network_ip_batch(network);
  CHECK_THAT(batch, Catch::Contains("link set eth1 master " + network.bridge('m') + " up"));
  CHECK_THAT(batch, Catch::Contains("link set eth2 master " + network.bridge('t') + " up"));
  CHECK(batch.find("198.51.100") == std::string::npos);
  const auto plan = network_plan(world.places, world.host, network);
  StepContext context;
  REQUIRE(plan.nodes()[1].step->apply(context).ok());
  REQUIRE(plan.nodes()[1].step->undo(context).ok());
  CHECK(world.down == std::set<std::string>{"eth1"});  // it was down before; eth2 was not
}
