#include "engine/machines/test_boot.h"

#include <catch2/catch.hpp>

#include "tests/support/fake_host.h"

using namespace microstack;

namespace {

// A host with /dev/kvm and a QEMU that does what `boots` says.
struct World {
  FakeHost host;
  bool device = true, hardware = true, program = true;
  std::function<CommandResult(const Command&)> boots = [](const Command&) {
    return CommandResult{85, {}, {}};
  };

  World() {
    host.program("test", [this](FakeHost&, const Command&) { return CommandResult{device ? 0 : 1, {}, {}}; });
    host.program("grep", [this](FakeHost&, const Command&) {
      return CommandResult{hardware ? 0 : 1, {}, {}};
    });
    host.program("sh", [this](FakeHost& h, const Command& c) {
      if (c.argv[2].starts_with("command -v")) return CommandResult{program ? 0 : 127, {}, {}};
      CHECK(h.files.at("/run/microstack/test-boot/sector").bytes.size() == 512);
      return boots(c);
    });
  }
  TestBoot boot() {
    const auto found = test_boot(host);
    if (!found) FAIL(found.error().text());
    CHECK(host.files.empty());
    return *found;
  }
};

}  // namespace

TEST_CASE("KVM works when the guest said so from 64-bit mode") {
  World world;
  CHECK(world.boot().works);
}

TEST_CASE("a host without /dev/kvm is told from one without anything to try it with") {
  World world;
  world.device = false;
  CHECK(world.boot().reason == "there is no /dev/kvm");
  world.device = true;
  world.program = false;
  CHECK_FALSE(world.boot().tried);
}

TEST_CASE("a processor without virtualization is not tried: what there is of KVM is software") {
  World world;
  world.hardware = false;
  world.boots = [](const Command&) -> CommandResult { throw "it was tried"; };
  CHECK(world.boot().reason == "/dev/kvm is there, but the processor offers no virtualization");
}

TEST_CASE("a guest that KVM gives up is not waited for, and what was said is the reason") {
  World world;
  world.boots = [](const Command& command) {
    command.on_line("qemu-system-x86_64: warning: host doesn't support requested feature");
    command.on_line("KVM internal error. Suberror: 1");
    return CommandResult{143, {}, {}};
  };
  const auto boot = world.boot();
  CHECK_FALSE(boot.works);
  CHECK(boot.reason == "/dev/kvm is there, but a guest did not boot: KVM internal error. Suberror: 1");
}

TEST_CASE("a QEMU that ends otherwise is no KVM") {
  World world;
  world.boots = [](const Command&) { return CommandResult{1, {}, {}}; };
  CHECK(world.boot().reason == "/dev/kvm is there, but a guest did not boot: QEMU ended with 1");
}

TEST_CASE("the signal that ended a guest is no reason why it did not boot") {
  World world;
  world.boots = [](const Command& command) {
    command.on_line("qemu-system-x86_64: terminating on signal 15 from pid 1 (microstack-hypervisor)");
    return CommandResult{143, {}, {}};
  };
  CHECK(world.boot().reason == "/dev/kvm is there, but a guest did not boot: QEMU ended with 143");
}
