// Real machines. MICROSTACK_TEST_TREE names a folder with a Debian that has systemd and networkd; without it the
// largest base image of this host is taken, and without one the test is skipped, which it says.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "engine/host/machine_host.h"
#include "engine/machines/census.h"
#include "engine/machines/images.h"
#include "engine/machines/machines.h"
#include "engine/plan/executor.h"
#include "tests/support/host_contract.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

namespace {

// Folders and clusters of this test's own, gone when it ends, however it ends.
struct World {
  // overlays need a file system of the disk, not of memory
  testing::TemporaryFolder temporary{"/var/tmp"};
  const std::string folder = temporary.path;
  Places places;
  LocalHost local;
  std::unique_ptr<Machines> machines;
  std::string one, two;

  World() {
    places = {folder + "/state", folder + "/run", folder + "/cache"};
    machines = std::make_unique<Machines>(places, local);
    one = "t1-" + std::to_string(::getpid());
    two = "t2-" + std::to_string(::getpid());
  }
  ~World() {
    StepContext context;
    for (const auto& cluster : {one, two})
      for (const auto* name : {"alpha", "beta"}) (void)machines->remove(cluster, name, context).ok();
  }
  MachineSpec spec(const std::string& cluster, const std::string& name, const std::string& tree) {
    MachineSpec out;
    out.cluster = cluster;
    out.name = name;
    out.image.tree = tree;
    return out;
  }
  void up(const MachineSpec& spec) {
    const auto plan = machines->up(spec, {spec.image.tree});
    if (!plan.ok()) FAIL(plan.error().text());
    const auto outcome = execute(plan.value(), {});
    if (outcome.error) FAIL(outcome.error->text());
  }
  std::string in(const std::string& cluster, const std::string& name, std::vector<std::string> argv) {
    MachineHost inside(local, name, [&] { return machines->leader(cluster, name); });
    const auto out = run_ok(inside, contracts::command(std::move(argv)));
    if (!out.ok()) FAIL(out.error().text());
    return out.value();
  }
};

// A tree may bring units that cannot run in a machine.
bool is_up(const std::string& state) {
  return state == "running" || state == "degraded";
}

std::string tree_to_boot() {
  if (const char* named = std::getenv("MICROSTACK_TEST_TREE")) return named;
  LocalHost local;
  const auto images = Images(Places::from_environment(), local).list();
  const ImageInfo* largest = nullptr;
  if (images)
    for (const auto& image : *images)
      if (!largest || image.packages > largest->packages) largest = &image;
  return largest ? largest->tree : "";
}

double seconds(const std::function<void()>& what) {
  const auto begin = std::chrono::steady_clock::now();
  what();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST_CASE("machines of two clusters live side by side, reboot, lose power, come back and leave nothing") {
  const auto tree = tree_to_boot();
  if (::geteuid() != 0 || tree.empty()) {
    std::cerr << "SKIPPED: needs root, and a base image in the cache (./quickstart makes one) or "
                 "MICROSTACK_TEST_TREE\n";
    return;
  }
  World world;
  const std::vector<std::string> ours{world.folder, "link ms", "table ip ms", "nspawn", "group"};
  const auto before = take_census(world.local, ours).value();
  const auto forward = world.local.read("/proc/sys/net/ipv4/ip_forward").value()->bytes;
  StepContext context;

  const auto a = world.spec(world.one, "alpha", tree), b = world.spec(world.two, "alpha", tree);
  std::cerr << "up one: " << seconds([&] { world.up(a); }) << " s\n";
  std::cerr << "up two: " << seconds([&] { world.up(b); }) << " s\n";
  const auto first = world.machines->status(world.one, "alpha").value();
  const auto second = world.machines->status(world.two, "alpha").value();
  CHECK(is_up(first.state));
  CHECK(is_up(second.state));
  CHECK(first.addresses.at("management") != second.addresses.at("management"));
  CHECK(first.host_key != second.host_key);
  CHECK(world.in(world.one, "alpha", {"cat", "/etc/hostname"}) == "alpha\n");
  CHECK(world.in(world.one, "alpha", {"ip", "-4", "-br", "addr", "show", "host0"})
            .find(first.addresses.at("management")) != std::string::npos);
  CHECK(world.in(world.one, "alpha", {"ip", "-br", "link"}).find("prov0") != std::string::npos);

  {  // the same again is nothing to do; another one is refused
    const auto plan = world.machines->up(a, {tree});
    REQUIRE(plan.ok());
    CHECK(examine(plan.value(), {}).differences.empty());
    auto other = a;
    other.authorized_keys = {"ssh-ed25519 AAAA x"};
    const auto refused = world.machines->up(other, {tree});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().kind == ErrorKind::ask);
    CHECK(refused.error().attribute == std::vector<std::string>{"authorized_keys"});
  }
  {  // units of one are not those of the other
    CHECK(world.in(world.one, "alpha", {"cat", "/proc/1/cgroup"}) ==
          world.in(world.two, "alpha", {"cat", "/proc/1/cgroup"}));
    const auto group = [&](long pid) {
      return world.local.read("/proc/" + std::to_string(pid) + "/cgroup").value()->bytes;
    };
    CHECK(group(first.leader) != group(second.leader));
  }
  {  // a machine is a host like any other
    MachineHost inside(world.local, "alpha", [&] { return world.machines->leader(world.one, "alpha"); });
    contracts::host(inside, "/root/contract");
  }
  {  // reboot from inside
    const auto took = seconds([&] {
      world.in(world.one, "alpha", {"systemctl", "reboot", "--no-block"});
      // Nobody looks into it meanwhile: a PID 1 that shuts down waits 10 s for each whom it ends and who is no child of its own.
      const auto again = [&] {
        const auto leader = world.machines->leader(world.one, "alpha");
        return leader.ok() && leader.value() != 0 && leader.value() != first.leader;
      };
      for (int i = 0; i < 600 && !again(); ++i) ::usleep(100'000);
      REQUIRE(world.machines->status(world.one, "alpha").value().reboots == 1);
      const auto status = world.machines->start(world.one, "alpha", context);
      if (!status.ok()) FAIL(status.error().text());
    });
    std::cerr << "reboot from inside: " << took << " s\n";
    const auto now = world.machines->status(world.one, "alpha").value();
    CHECK(now.leader != first.leader);
    CHECK(now.host_key == first.host_key);
    world.in(world.one, "alpha",
             {"ping", "-c", "1", "-W", "2", Subnet::parse(now.network->management)->address(1)});
  }
  {  // power cut and orderly end, both come back with what was written
    world.in(world.one, "alpha", {"sh", "-c", "echo kept > /root/kept; sync /root/kept"});
    REQUIRE(world.machines->kill(world.one, "alpha", context).ok());
    CHECK(world.machines->status(world.one, "alpha").value().state == "off");
    std::cerr << "start after power cut: "
              << seconds([&] { REQUIRE(world.machines->start(world.one, "alpha", context).ok()); }) << " s\n";
    CHECK(world.in(world.one, "alpha", {"cat", "/root/kept"}) == "kept\n");
    std::cerr << "shut down: " << seconds([&] {
      REQUIRE(world.machines->power_off(world.one, "alpha", std::chrono::seconds(60), context).ok());
    }) << " s\n";
    CHECK(world.machines->status(world.one, "alpha").value().state == "off");
    const auto plan = world.machines->up(a, {tree});
    REQUIRE(plan.ok());
    CHECK_FALSE(examine(plan.value(), {}).differences.empty());
    world.up(a);
  }
  world.up(world.spec(world.one, "beta", tree));
  CHECK(world.machines->list().value().size() == 3);
  world.in(world.one, "alpha",
           {"ping", "-c", "1", "-W", "3",
            world.machines->status(world.one, "beta").value().addresses.at("management")});
  REQUIRE(world.machines->remove(world.one, "beta", context).ok());
  CHECK(is_up(world.machines->status(world.one, "alpha").value().state));
  std::cerr << "remove: "
            << seconds([&] { REQUIRE(world.machines->remove(world.one, "alpha", context).ok()); }) << " s\n";
  CHECK(is_up(world.machines->status(world.two, "alpha").value().state));
  REQUIRE(world.machines->remove(world.two, "alpha", context).ok());
  REQUIRE(world.machines->remove(world.two, "alpha", context).ok());

  const auto left = census_difference(before, take_census(world.local, ours).value());
  for (const auto& line : left)
    if (line.find(world.folder) != std::string::npos || line.find(first.network->tag) != std::string::npos ||
        line.find(second.network->tag) != std::string::npos)
      FAIL_CHECK(line);
  CHECK_FALSE(std::filesystem::exists(world.places.state + "/clusters"));
  CHECK(world.local.read("/proc/sys/net/ipv4/ip_forward").value()->bytes == forward);
}
