#include "engine/machines/probe.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/fake_host.h"

using namespace microstack;

namespace {

// A host on which nothing stands in the way: what each test breaks, it breaks itself.
struct World {
  FakeHost host;
  Places places{"/nowhere/state", "/nowhere/run", "/nowhere/cache"};
  MachineSpec spec;
  Json probe;

  World() {
    spec.cluster = "demo";
    spec.name = "demo-1";
    spec.memory_mib = 4000;
    spec.disk_mib = 10000;
    host.says("ip", "[]");
    host.says("wget", "");
    host.says("sh", look());
  }
  std::string look(const std::string& memory_kib = "8000000", const std::string& disk_kib = "50000000",
                   const std::string& missing = "-") const {
    std::string out = "uid 0\ntun yes\noverlay yes\nmemory_free_kib " + memory_kib + "\n";
    for (const auto& place : {places.state, places.cache})
      out += "disk_free_kib " + place + " " + disk_kib + "\nfilesystem " + place + " ext2/ext3\n";
    for (const std::string program :
         {"systemd-nspawn", "ip", "nft", "mount", "debootstrap", "setsid", "flock", "nsenter"})
      if (program != missing) out += "program " + program + "\n";
    return out;
  }
  Error refused(bool image_is_there = true) {
    const auto status = machine_preflight(host, places, spec, image_is_there);
    REQUIRE_FALSE(status.ok());
    CHECK(status.error().kind == ErrorKind::ask);
    CHECK_FALSE(status.error().fix.empty());
    return status.error();
  }
};

using Path = std::vector<std::string>;

}  // namespace

TEST_CASE("a machine that has all it needs is let through") {
  World world;
  const auto status = machine_preflight(world.host, world.places, world.spec, false);
  if (!status) FAIL(status.error().text());
}

TEST_CASE("too little memory is the fault of memory_mib") {
  World world;
  world.host.says("sh", world.look("2048000"));
  const auto error = world.refused();
  CHECK(error.attribute == Path{"memory_mib"});
  CHECK(error.what == "2000 MiB of memory are free, the machine needs 4000");
}

TEST_CASE("too little disk is the fault of disk_mib") {
  World world;
  world.host.says("sh", world.look("8000000", "1024000"));
  CHECK(world.refused().attribute == Path{"disk_mib"});
}

TEST_CASE("too little room for making the base image is told of where it would be made, and only there") {
  World world;
  world.spec.disk_mib = 1000;
  world.host.says("sh", world.look("8000000", "2048000"));
  const auto error = world.refused(/*image_is_there=*/false);
  CHECK(error.what == "2000 MiB are free at /nowhere/cache, making the base image needs 6144");
  CHECK(error.fix.find("MICROSTACK_CACHE") != std::string::npos);
  CHECK(machine_preflight(world.host, world.places, world.spec, /*image_is_there=*/true).ok());
}

TEST_CASE("a program that is missing is named with the package that brings it") {
  World world;
  world.host.says("sh", world.look("8000000", "50000000", "systemd-nspawn"));
  const auto error = world.refused();
  CHECK(error.what == "this host lacks systemd-nspawn");
  CHECK(error.fix.find("systemd-container") != std::string::npos);
}

TEST_CASE("a network that is in use on the host is refused before anything is made") {
  World world;
  world.host.says("ip", R"([{"dst":"10.70.0.0/16"}])");
  world.spec.networks.external = "10.70.1.0/24";
  const auto error = world.refused();
  CHECK(error.attribute == Path{"networks", "external"});
  CHECK(error.what.find("10.70.0.0/16") != std::string::npos);
  CHECK(world.host.files.empty());
}

TEST_CASE("a mirror that does not answer matters only while the image is missing") {
  World world;
  world.host.says("wget", "", 4);
  CHECK(machine_preflight(world.host, world.places, world.spec, true).ok());
  CHECK(world.refused(false).attribute == Path{"image", "mirror"});
}

TEST_CASE("everything in the way is told at once") {
  World world;
  world.host.says("sh", world.look("1000", "1000", "nft"));
  CHECK(world.refused().causes.size() >= 2);
}
