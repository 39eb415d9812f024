#include "engine/cloud/guests.h"

#include <catch2/catch.hpp>

#include "engine/clients/openstack/collection.h"
#include "tests/support/openstack_world/openstack_world.h"

using namespace microstack;
using namespace std::chrono_literals;
using microstack::testing::OpenStackWorld;

namespace {

// The administrator of a small OpenStack.
struct Admin {
  OpenStackWorld world;
  http::Client http{[] {
    http::Options direct;
    direct.use_proxy = false;
    return direct;
  }()};
  openstack::Session admin{http, world.admin()};
};

}  // namespace

TEST_CASE_METHOD(Admin,
                 "a host is left when its last migration has ended, not when its last guest is elsewhere") {
  openstack::Wait wait;
  wait.limit = 50ms;
  wait.pause = 10ms;

  world.migrations = {{{"status", "completed"}, {"instance_uuid", "aaaaaaaa-1"}},
                      {{"status", "post-migrating"}, {"instance_uuid", "bbbbbbbb-1"}}};
  const auto early = vacate(admin, "n1", Guests::migrate, true, wait);
  REQUIRE_FALSE(early);
  CHECK(early.error().kind == ErrorKind::retry);
  CHECK_THAT(early.error().text(), Catch::Contains("of guests bbbbbbbb") && !Catch::Contains("aaaaaaaa"));

  world.migrations[1]["status"] = "completed";
  CHECK(vacate(admin, "n1", Guests::migrate, true, wait));
}

TEST_CASE_METHOD(Admin,
                 "an agent that Neutron hears of once more is forgotten again, and others are left alone") {
  for (const char* host : {"n1", "n2"})
    REQUIRE(openstack::create(admin, {"network", "/v2.0/agents", "agent", "agents"}, {{"host", host}}));
  world.late_agents = 1;
  const auto forgotten = forget_agents(admin, {"n2", "n3"}, {});
  REQUIRE(forgotten);
  CHECK((forgotten->size() == 2 && !(*forgotten)[0] && !(*forgotten)[1]));
  REQUIRE(world.all("agents").size() == 1);
  CHECK(world.all("agents")[0]["host"] == "n1");
}
