// A real image from a real mirror, named by MICROSTACK_TEST_MIRROR; without it nothing is tried. A machine
// boots on it.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "engine/machines/images.h"
#include "engine/machines/machines.h"
#include "engine/plan/executor.h"

using namespace microstack;

TEST_CASE("an image is built, goes on after being stopped, is found again, and a machine on it is running") {
  const char* mirror = std::getenv("MICROSTACK_TEST_MIRROR");
  if (::geteuid() != 0 || !mirror) {
    WARN("not tried: needs root and MICROSTACK_TEST_MIRROR");
    return;
  }
  std::string folder = "/var/tmp/ms-image-XXXXXX";
  REQUIRE(::mkdtemp(folder.data()));
  const Places places{folder + "/state", folder + "/run", folder + "/cache"};
  LocalHost local;
  Images images(places, local);
  Machines machines(places, local);
  ImageSpec spec;
  spec.mirror = mirror;
  spec.packages = {"jq"};

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

  std::filesystem::remove_all(folder);
}
