// A real image from a real mirror, and a machine that boots on it. MICROSTACK_TEST_MIRROR names another mirror than the
// distribution's own; where none answers the test is skipped, which it says.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "engine/machines/images.h"
#include "engine/machines/machines.h"
#include "engine/plan/executor.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;

TEST_CASE("an image is built, goes on after being stopped, is found again, and a machine on it is running") {
  ImageSpec spec;
  if (const char* named = std::getenv("MICROSTACK_TEST_MIRROR")) spec.mirror = named;
  spec.packages = {"jq"};
  LocalHost local;
  Command ask_mirror;
  ask_mirror.argv = {"wget",      "--quiet",      "--spider",
                     "--tries=1", "--timeout=10", spec.mirror + "/dists/" + spec.suite + "/InRelease"};
  const auto answer = local.run(ask_mirror);
  if (::geteuid() != 0 || !answer || !answer->ok()) {
    std::cerr << "SKIPPED: needs root, and " << spec.mirror
              << " does not answer (MICROSTACK_TEST_MIRROR names another one)\n";
    return;
  }
  const testing::TemporaryFolder temporary{"/var/tmp"};  // too big for a file system of memory
  const auto& folder = temporary.path;
  const Places places{folder + "/state", folder + "/run", folder + "/cache"};
  Images images(places, local);
  Machines machines(places, local);

  std::stop_source stop;
  StepContext context;
  context.stop = stop.get_token();
  context.progress = [&](auto done, auto total, const std::string& what) {
    if (total == 0) std::cerr << what << "\n";
    if (what.starts_with("Setting up") && done * 4 > total * 3) stop.request_stop();
  };
  const auto stopped = images.build(spec, context);
  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().kind == ErrorKind::retry);
  INFO(stopped.error().text());
  context.stop = {};
  const auto image = images.build(spec, context);
  if (!image.ok()) FAIL(image.error().text());
  CHECK(image.value().packages > 60);
  CHECK(images.find(spec).value()->key == image.value().key);

  REQUIRE(images
              .prepare(image.value(), "marked", context,
                       [](Host& inside) { return inside.write("/etc/prepared", {"yes\n"}); })
              .ok());
  MachineSpec machine;
  machine.cluster = "t3-" + std::to_string(::getpid());
  machine.name = "alpha";
  machine.image = spec;
  machine.prepared = "marked";
  const auto layers = images.layers(spec, "marked", context);
  REQUIRE(layers.ok());
  const auto plan = machines.up(machine, layers.value());
  REQUIRE(plan.ok());
  const auto outcome = execute(plan.value(), {});
  CHECK(!outcome.error);
  if (outcome.error) std::cerr << outcome.error->text() << "\n";
  const auto status = machines.status(machine.cluster, "alpha");
  CHECK(status.value().state == "running");
  CHECK(local.read(machines.folder(machine.cluster, "alpha") + "/root/etc/prepared").value().has_value());
  CHECK_FALSE(images.remove(image.value().key).ok());  // a machine lies on it
  REQUIRE(machines.remove(machine.cluster, "alpha", context).ok());
  CHECK(images.remove(image.value().key).ok());
}
