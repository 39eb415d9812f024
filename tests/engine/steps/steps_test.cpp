#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/steps/account.h"
#include "engine/steps/boot.h"
#include "engine/steps/directory.h"
#include "engine/steps/file.h"
#include "engine/steps/packages.h"
#include "engine/steps/program.h"
#include "engine/steps/restart_note.h"
#include "engine/steps/task.h"
#include "engine/steps/traces.h"
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

TEST_CASE("what somebody changed in a file is kept when it is taken away, and nothing else is") {
  World world;
  StepContext context;
  const auto make = [&](const char* text) {
    auto fact = nova_conf();
    fact.content = MarkedText(text);
    fact.restarts.clear();
    return FileStep(world, world.secrets, world.undo, fact);
  };
  const std::string kept = "/var/backups/microstack/%etc%nova%nova.conf";
  REQUIRE(make("first\n").apply(context));
  REQUIRE(make("second\n").apply(context));
  SECTION("as it was written") {}
  SECTION("cut off before the second was written") {
    world.files["/etc/nova/nova.conf"].bytes = "first\n";
  }
  SECTION("changed by hand") {
    world.files["/etc/nova/nova.conf"].bytes = "debug = true\n";
    world.files["/etc/nova/nova.conf"].mode = 0644;
    REQUIRE(make("second\n").undo(context));
    CHECK(world.text(kept) == "debug = true\n");
    CHECK(world.files[kept].mode == 0600);
    CHECK(world.files.size() == 1);
    return;
  }
  REQUIRE(make("second\n").undo(context));
  CHECK(world.files.empty());
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

TEST_CASE("a reload for a certificate leaves a restart that a file asks for") {
  World world;
  world.units["nova-api"].active = true;
  StepContext context;
  REQUIRE(FileStep(world, world.secrets, world.undo, nova_conf()).apply(context));
  RestartNote reload(world, "nova-api", RestartNote::Kind::reload);
  REQUIRE(reload.leave("a certificate"));
  REQUIRE(reload.take_away());
  UnitStep unit(world, world.systemd, "nova-api");
  CHECK_FALSE(unit.check(context)->holds);
  REQUIRE(unit.apply(context));
  CHECK(world.units["nova-api"].starts == 1);
  // killed before the reload: restarted
  REQUIRE(reload.leave("a certificate"));
  CHECK_FALSE(unit.check(context)->holds);
  REQUIRE(unit.apply(context));
  CHECK(unit.check(context)->holds);
  CHECK(world.units["nova-api"].starts == 2);
}

TEST_CASE("a unit that takes its files by a reload goes on running") {
  World world;
  world.units["nova-api"].active = true;
  StepContext context;
  REQUIRE(FileStep(world, world.secrets, world.undo, nova_conf()).apply(context));
  UnitStep unit(world, world.systemd, "nova-api", true);
  CHECK_FALSE(unit.check(context)->holds);
  REQUIRE(unit.apply(context));
  CHECK(unit.check(context)->holds);
  CHECK(world.units["nova-api"].starts == 0);
}

TEST_CASE("a unit is started and stopped") {
  contracts::step([] { return std::make_unique<World>(); },
                  [](World& world) { return std::make_unique<UnitStep>(world, world.systemd, "nova-api"); });
}

TEST_CASE("units are enabled and masked, and left as they were") {
  contracts::step([] { return std::make_unique<World>(); },
                  [](World& world) {
                    return std::make_unique<BootStep>(world, world.systemd, world.undo,
                                                      std::vector<std::string>{"nova-api"},
                                                      std::vector<std::string>{"mariadb"});
                  });
}

TEST_CASE("a unit that was masked or enabled before is so again when it is taken out") {
  World world;
  world.units["mariadb"].enabled = true;
  world.units["nova-api"].masked = true;
  StepContext context;
  BootStep step(world, world.systemd, world.undo, {"nova-api"}, {"mariadb"});
  REQUIRE(step.apply(context));
  CHECK(world.units["nova-api"].enabled);
  CHECK(world.units["mariadb"].masked);
  REQUIRE(step.undo(context));
  CHECK(world.units["nova-api"].masked);
  CHECK_FALSE(world.units["mariadb"].masked);
  CHECK(world.units["mariadb"].enabled);
}

TEST_CASE("a unit that its package had enabled stays so, unless its component leaves and the package stays") {
  for (const bool leaves : {false, true}) {
    World world;
    world.units["nova-api"].enabled = true;
    StepContext context;
    BootStep step(world, world.systemd, world.undo, {"nova-api"}, {},
                  leaves ? BootStep::Unrecorded::disabled : BootStep::Unrecorded::stays);
    REQUIRE(step.undo(context));
    CHECK(world.units["nova-api"].enabled == !leaves);
  }
}

TEST_CASE("the program keeps itself on the node") {
  const auto world = [] {
    auto made = std::make_unique<World>();
    made->files["/usr/bin/program"] = {"the program", 0755};
    made->program("sh", [](FakeHost& host, const Command& command) {
      host.files[command.argv[5]] = host.files.at(command.argv[4]);
      return CommandResult{};
    });
    return made;
  };
  contracts::step(world, [](World& world) {
    return std::make_unique<ProgramStep>(world, "/usr/lib/microstack/program", "/usr/bin/program");
  });
}

TEST_CASE("a folder that was there before is there again with its mode") {
  World world;
  StepContext context;
  std::string found = "directory 0700 nova:nova";
  world.program("stat", [&](FakeHost&, const Command&) { return CommandResult{0, found + "\n", {}}; });
  world.program("install", [&](FakeHost&, const Command&) {
    found = "directory 0755 root:root";
    return CommandResult{};
  });
  world.program("chown", [](FakeHost&, const Command&) { return CommandResult{}; });
  world.program("chmod", [](FakeHost&, const Command&) { return CommandResult{}; });
  DirectoryStep step(world, world.undo, {"/etc/pki"});
  REQUIRE(step.apply(context));
  CHECK(step.check(context)->holds);
  REQUIRE(step.undo(context));
  CHECK(world.ran({"chown", "--", "nova:nova", "/etc/pki"}));
  CHECK(world.ran({"chmod", "--", "0700", "/etc/pki"}));
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

TEST_CASE("what came along with packages goes with them, unless it was there or another needs it") {
  World world;
  for (const char* there : {"keystone", "perl", "idle"}) world.packages[there] = "1";
  world.depends = {
      {"keystone", {"perl"}}, {"nova-api", {"perl", "python3", "python3-nova"}}, {"gone", {"idle"}}};
  PackagesStep step(world, world.undo, {"nova-api"}, {});
  StepContext context;
  REQUIRE(step.apply(context));
  CHECK(world.packages.contains("python3-nova"));
  world.packages["tool"] = "1";  // installed since, and needs one of them
  world.depends["tool"] = {"python3"};
  REQUIRE(step.undo(context));
  CHECK(world.packages.size() == 5);
  for (const char* there : {"keystone", "perl", "idle", "tool", "python3"})
    CHECK(world.packages.contains(there));
}

TEST_CASE("a removal that was cut off between removing packages and purging them goes on") {
  World world;
  world.depends["nova-api"] = {"python3-nova"};
  PackagesStep step(world, world.undo, {"nova-api"}, {});
  StepContext context;
  REQUIRE(step.apply(context));
  for (const char* gone : {"nova-api", "python3-nova"}) {
    world.packages.erase(gone);
    world.unpurged.insert(gone);
  }
  REQUIRE(step.undo(context));
  CHECK(world.unpurged.empty());
}

TEST_CASE("packages whose installation was cut off are finished before others come or ours go") {
  World world;
  PackagesStep step(world, world.undo, {"nova-api"}, {});
  StepContext context;
  world.half_configured = {"python3-nova"};
  REQUIRE(step.apply(context));
  CHECK(world.packages.contains("nova-api"));
  world.half_configured = {"nova-api"};
  REQUIRE(step.undo(context));
  CHECK(world.packages.empty());
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

TEST_CASE("a task whose secret a person gives sees it change, and takes all of it back") {
  struct Keyring : World {
    explicit Keyring(std::string key)
        : given(*this, false, {{"given/ceph", std::move(key)}}), kept(*this, false) {
      program("keyring", [this](FakeHost&, const Command& c) {
        if (c.argv[1] == "set") value = c.stdin_text;
        if (c.argv[1] == "clear") value.clear();
        return CommandResult{c.argv[1] == "has" && value != c.stdin_text ? 1 : 0, {}, {}};
      });
    }
    std::string value;
    Secrets given, kept;  // with the key in the profile, and later without it
  };
  const auto task = [](Keyring& world, Secrets& secrets) {
    TaskFact fact;
    fact.id = "compute/ceph-secret";
    fact.title = "Give the key";
    fact.run = {"keyring", "set"};
    fact.unless = {"keyring", "has"};
    fact.undo = {"keyring", "clear"};
    fact.stdin_text = MarkedText(MarkedText::mark("given/ceph"));
    return std::make_unique<TaskStep>(world, secrets, fact);
  };
  contracts::step([] { return std::make_unique<Keyring>("first"); },
                  [&](Keyring& world) { return task(world, world.given); });

  Keyring world("first");
  StepContext context;
  REQUIRE(task(world, world.given)->apply(context));
  CHECK(task(world, world.kept)->check(context)->holds);
  CHECK(world.files["/var/lib/microstack/secrets/given/ceph"].mode == 0600);
  for (const auto& argv : world.log) CHECK(std::find(argv.begin(), argv.end(), "first") == argv.end());
  Secrets other(world, false, {{"given/ceph", "second"}});
  CHECK_FALSE(task(world, other)->check(context)->holds);
  REQUIRE(task(world, other)->apply(context));
  CHECK(world.value == "second");
  REQUIRE(task(world, other)->undo(context));
  CHECK(world.value.empty());
  CHECK(world.files.empty());
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

namespace {

// find PATH... -xdev -printf ...: files of the world and the folders around them, which are root's and 0755.
CommandResult find(FakeHost& host, const Command& command) {
  std::map<std::string, std::string> found;
  for (const auto& wanted : command.argv) {
    if (!wanted.starts_with('/')) continue;
    for (const auto& [path, file] : host.files) {
      if (path != wanted && !path.starts_with(wanted + "/")) continue;
      found[path] = fmt::format("f {:04o} {}:{}", file.mode, file.owner, file.group);
      for (auto at = path.rfind('/'); at > wanted.size(); at = path.rfind('/', at - 1))
        found[path.substr(0, at)] = "d 0755 root:root";
    }
  }
  CommandResult result;
  for (const auto& [path, words] : found) result.out += words + " " + path + '\0';
  return result;
}

struct LibvirtWorld : World {
  LibvirtWorld() {
    program("find", find);
    program("rmdir", [](FakeHost&, const Command&) { return CommandResult{}; });
    program("mountpoint", [this](FakeHost&, const Command& command) {
      return CommandResult{mounts.contains(command.argv.back()) ? 0 : 32, {}, {}};
    });
    program("umount", [this](FakeHost&, const Command& command) {
      return CommandResult{mounts.erase(command.argv.back()) == 1 ? 0 : 32, {}, {}};
    });
    program("ls", [this](FakeHost&, const Command& command) {
      const auto found = mounts.find(command.argv.back());
      return CommandResult{0, found == mounts.end() ? "" : found->second, {}};
    });
    files["/etc/libvirt/default.xml"] = {"<network/>", 0600};
    files["/var/lib/libvirt/images/mine"] = {"a disk"};
    units["virtlogd"].active = true;
    units["libvirtd"] = {};
  }
  std::map<std::string, std::string> mounts = {{"/run/mine", ""}};  // path -> what ls says of it
};

std::unique_ptr<TracesStep> libvirt_traces(LibvirtWorld& world) {
  return std::make_unique<TracesStep>(world, world.systemd, world.undo,
                                      TracesFact{"compute",
                                                 {"/etc/libvirt", "/var/lib/libvirt"},
                                                 {"virtlogd", "libvirtd"},
                                                 {"/run/mine", "/run/netns", "/run/others"}});
}

}  // namespace

TEST_CASE("what was there before a component's programs ran is written down") {
  contracts::step([] { return std::make_unique<LibvirtWorld>(); }, libvirt_traces);
}

TEST_CASE("what a component's programs made is taken away, and what they rewrote in /etc is what it was") {
  LibvirtWorld world;
  const auto before = world.files;
  StepContext context;
  REQUIRE(libvirt_traces(world)->apply(context));
  world.files["/etc/libvirt/default.xml"].bytes = "<network><uuid/></network>";
  world.files["/etc/libvirt/qemu/instance-1.xml"] = {"<domain/>"};
  world.files["/var/lib/libvirt/qemu/domain-1/monitor.sock"] = {};
  world.files["/var/lib/libvirt/qemu/domain-1/key"] = {};
  world.units["libvirtd"].active = true;
  world.mounts["/run/netns"] = "";
  world.mounts["/run/others"] = "a-namespace\n";
  REQUIRE(libvirt_traces(world)->undo(context));
  CHECK(world.mounts.contains("/run/mine"));         // was there before
  CHECK_FALSE(world.mounts.contains("/run/netns"));  // came since, and nothing is in it
  CHECK(world.mounts.contains("/run/others"));       // came since, and is somebody's now
  REQUIRE(world.files.size() == before.size());
  for (const auto& [path, file] : before) CHECK(world.text(path) == file.bytes);
  CHECK(world.units["virtlogd"].active);
  CHECK_FALSE(world.units["libvirtd"].active);
}
