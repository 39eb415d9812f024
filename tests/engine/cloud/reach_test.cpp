#include "engine/cloud/reach.h"

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/temporary_folder.h"

using namespace microstack;

namespace {

// A home of this test's own.
struct Home {
  testing::TemporaryFolder temporary;
  const std::string folder = temporary.path;
  std::string before = ::getenv("HOME") ? ::getenv("HOME") : "/root";
  Home() {
    ::setenv("HOME", folder.c_str(), 1);
    ::setenv("MICROSTACK_HYPERVISOR", "/bin/true", 1);
  }
  ~Home() {
    ::setenv("HOME", before.c_str(), 1);
    ::unsetenv("MICROSTACK_HYPERVISOR");
  }
};

Place over_ssh() {
  Place place;
  place.kind = Place::Kind::ssh;
  place.ssh.host = "10.0.0.7";
  place.ssh.port = 2222;
  place.ssh.user = "debian";
  place.ssh.host_key = "ssh-ed25519 AAAA";
  place.ssh.key_file = "/keys/one";
  return place;
}

}  // namespace

TEST_CASE(
    "who knows only a cluster's id reaches its server in a process that never saw the cluster's resource") {
  const Home home;
  REQUIRE(remember_place("far", over_ssh()).ok());
  Clouds clouds{Catalogue{}};
  const auto cloud = clouds.of_id("microstack://far@10.0.0.7/0123456789abcdef0123456789abcdef");
  REQUIRE(cloud.ok());
  const auto& place = (*cloud)->place();
  CHECK(place.kind == Place::Kind::ssh);
  CHECK(place.ssh.host == "10.0.0.7");
  CHECK(place.ssh.port == 2222);
  CHECK(place.ssh.user == "debian");
  CHECK(place.ssh.host_key == "ssh-ed25519 AAAA");
  CHECK(place.ssh.key_file == "/keys/one");
}

TEST_CASE("a cluster in a machine of this host is what is not remembered, and takes back what was") {
  const Home home;
  REQUIRE(remember_place("near", over_ssh()).ok());
  REQUIRE(remember_place("near", Place{}).ok());
  CHECK_FALSE(remembered_place("near").value().has_value());
  Clouds clouds{Catalogue{}};
  const auto cloud = clouds.of_id("microstack://near@10.0.0.7/0123456789abcdef0123456789abcdef");
  REQUIRE(cloud.ok());
  CHECK((*cloud)->place().kind == Place::Kind::machine);
}

TEST_CASE("a damaged memory is named, with what to do") {
  const Home home;
  REQUIRE(remember_place("far", over_ssh()).ok());
  std::filesystem::resize_file(home.folder + "/.config/microstack/far/place.json", 7);
  const auto place = remembered_place("far");
  REQUIRE_FALSE(place.ok());
  CHECK(place.error().kind == ErrorKind::ask);
  CHECK(place.error().text().find("place.json") != std::string::npos);
}

TEST_CASE_METHOD(Home, "a control node that does not answer is asked by one of all who look") {
  int asked = 0;
  const OpenHost open = [&](const Place&, const std::string&) -> Result<std::unique_ptr<Host>> {
    ++asked;
    return retry("the host cannot be reached");
  };
  Cloud cloud("demo", over_ssh(), "/bin/true", open);
  cloud.silence = std::chrono::hours(1);
  CHECK_FALSE(cloud.snapshot());
  CHECK_FALSE(cloud.known_profile());
  CHECK_FALSE(cloud.status({}));
  CHECK(asked == 1);
  cloud.silence = std::chrono::milliseconds(0);
  CHECK_FALSE(cloud.snapshot());
  CHECK(asked == 2);
}
