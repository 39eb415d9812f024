#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/steps/account.h"
#include "engine/steps/boot.h"
#include "engine/steps/file.h"
#include "engine/steps/packages.h"
#include "engine/steps/restart_note.h"
#include "engine/steps/task.h"
#include "engine/steps/unit.h"
#include "tests/support/fake_host.h"
#include "tests/support/step_contract.h"

using namespace microstack;

namespace {

// A node and what steps work with, each made anew with the world.
struct World : FakeHost {
  World()
      : secrets(*this, true, {{"nova/db", "drawn elsewhere"}}),
        undo(*this),
        systemd(*this, std::chrono::milliseconds(0)) {
    users["nova"] = {"nova"};
    groups.insert({"nova", "libvirt"});
    units["nova-api"] = {};
    units["mariadb"] = {};
  }
  Secrets secrets;
  UndoRecords undo;
  Systemd systemd;
};

FileFact nova_conf() {
  return {"/etc/nova/nova.conf",
          MarkedText("password = " + MarkedText::mark("nova/db") + "\n"),
          0640,
          "root",
          "nova",
          {"nova-api"}};
}

}  // namespace

TEST_CASE("a file that was not there is made and taken away again") {
  contracts::step(
      [] { return std::make_unique<World>(); },
      [](World& world) { return std::make_unique<FileStep>(world, world.secrets, world.undo, nova_conf()); });
}

TEST_CASE("a file of a package is put back as it was") {
  World world;
  const FileContent shipped{"# as shipped\n", 0600, "nova", "nova"};
  world.files["/etc/nova/nova.conf"] = shipped;
  FileStep step(world, world.secrets, world.undo, nova_conf());
  StepContext context;
  REQUIRE(step.apply(context));
  REQUIRE(step.apply(context));
  CHECK(world.files["/etc/nova/nova.conf"].bytes != shipped.bytes);
  REQUIRE(step.undo(context));
  CHECK(world.files["/etc/nova/nova.conf"].bytes == shipped.bytes);
  CHECK(world.files["/etc/nova/nova.conf"].mode == shipped.mode);
  CHECK(world.files["/etc/nova/nova.conf"].owner == shipped.owner);
}

TEST_CASE("a secret is in the file but neither in the inputs nor in a difference") {
  World world;
  FileStep step(world, world.secrets, world.undo, nova_conf());
  StepContext context;
  REQUIRE(step.apply(context));
  const std::string secret = world.text("/var/lib/microstack/secrets/nova/db");
  REQUIRE(secret == "drawn elsewhere");
  CHECK(world.text("/etc/nova/nova.conf") == "password = " + secret + "\n");
  CHECK(step.inputs().dump().find(secret) == std::string::npos);
  world.files["/etc/nova/nova.conf"].bytes = "edited";
  CHECK(step.check(context)->difference == "file /etc/nova/nova.conf has other content");
}

TEST_CASE("being killed between writing a file and restarting its unit restarts the unit the next time") {
  World world;
  world.units["nova-api"].active = true;
  StepContext context;
  REQUIRE(FileStep(world, world.secrets, world.undo, nova_conf()).apply(context));
  // killed here; another program takes over
  UnitStep unit(world, world.systemd, "nova-api");
  const auto truth = unit.check(context);
  REQUIRE(truth);
  CHECK(truth->difference == "unit nova-api was not restarted after /etc/nova/nova.conf changed");
  REQUIRE(unit.apply(context));
  CHECK(world.units["nova-api"].starts == 1);
  CHECK(unit.check(context)->holds);
}

TEST_CASE("a unit is started and stopped") {
  contracts::step([] { return std::make_unique<World>(); },
                  [](World& world) { return std::make_unique<UnitStep>(world, world.systemd, "nova-api"); });
}

TEST_CASE("units are enabled and masked, and left as they were") {
  contracts::step([] { return std::make_unique<World>(); },
                  [](World& world) {
                    return std::make_unique<BootStep>(world, world.systemd,
                                                      std::vector<std::string>{"nova-api"},
                                                      std::vector<std::string>{"mariadb"});
                  });
}

TEST_CASE("the states of thirty units are asked in one call") {
  FakeHost host;
  Systemd systemd(host, std::chrono::seconds(60));
  for (int i = 0; i < 30; ++i) {
    host.units["u" + std::to_string(i)] = {};
    systemd.watch("u" + std::to_string(i));
  }
  for (int i = 0; i < 30; ++i) REQUIRE(systemd.state("u" + std::to_string(i)));
  CHECK(host.log.size() == 1);
}

TEST_CASE("after a change of one unit only this one is asked for again") {
  FakeHost host;
  Systemd systemd(host, std::chrono::seconds(60));
  for (const char* unit : {"a", "b", "c"}) {
    host.units[unit] = {};
    systemd.watch(unit);
  }
  REQUIRE(systemd.start("a", std::chrono::seconds(1)));
  REQUIRE(systemd.state("a"));
  CHECK(std::count(host.log.back().begin(), host.log.back().end(), "b.service") != 0);
  REQUIRE(systemd.start("a", std::chrono::seconds(1)));
  REQUIRE(systemd.state("a"));
  CHECK(std::count(host.log.back().begin(), host.log.back().end(), "a.service") != 0);
  CHECK(std::count(host.log.back().begin(), host.log.back().end(), "b.service") == 0);
}

TEST_CASE("an account joins groups and leaves only those it was not in before") {
  const std::vector<Component::Account> wanted = {{"nova", {"libvirt"}}};
  contracts::step(
      [] { return std::make_unique<World>(); },
      [&](World& world) { return std::make_unique<AccountsStep>(world, world.undo, "compute", wanted); });
  World world;
  world.users["nova"].insert("libvirt");
  AccountsStep step(world, world.undo, "compute", wanted);
  StepContext context;
  REQUIRE(step.apply(context));
  REQUIRE(step.undo(context));
  CHECK(world.users["nova"].contains("libvirt"));
}

TEST_CASE("packages are installed in one run of apt and only ours are removed") {
  const std::vector<std::string> wanted = {"keystone", "nova-api"};
  contracts::step([] { return std::make_unique<World>(); },
                  [&](World& world) {
                    return std::make_unique<PackagesStep>(world, world.undo, wanted, Profile::Packages{});
                  });
  World world;
  world.packages["keystone"] = "27";
  PackagesStep step(world, world.undo, wanted, {});
  StepContext context;
  REQUIRE(step.apply(context));
  REQUIRE(step.undo(context));
  CHECK(world.packages.contains("keystone"));
  CHECK_FALSE(world.packages.contains("nova-api"));
}

TEST_CASE("a package that cannot be had is named") {
  World world;
  world.available = {"keystone"};
  StepContext context;
  const auto done = PackagesStep(world, world.undo, {"keystone", "nova-apy"}, {}).apply(context);
  REQUIRE_FALSE(done);
  CHECK(done.error().what == "no package source of this node has nova-apy");
  CHECK(done.error().kind == ErrorKind::ask);
}

TEST_CASE("a task without a question is done once for its inputs") {
  const auto task = [](World& world, const std::string& word) {
    TaskFact fact;
    fact.id = "nova/greet";
    fact.title = "Greet";
    fact.run = {"printf", "%s", word};
    return std::make_unique<TaskStep>(world, world.secrets, fact);
  };
  contracts::step([] { return std::make_unique<World>(); },
                  [&](World& world) { return task(world, "hello"); });
  World world;
  StepContext context;
  REQUIRE(task(world, "hello")->apply(context));
  CHECK(task(world, "hello")->check(context)->holds);
  CHECK_FALSE(task(world, "good evening")->check(context)->holds);
}
