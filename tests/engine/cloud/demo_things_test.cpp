#include "engine/cloud/demo_things.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>

#include "engine/clients/openstack/collection.h"
#include "engine/clients/openstack/compute.h"
#include "engine/clients/openstack/network.h"
#include "tests/support/openstack_world/openstack_world.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;
using microstack::testing::OpenStackWorld;

namespace {

struct Fixture {
  OpenStackWorld world;
  http::Client http;
  openstack::Session admin;
  testing::TemporaryFolder folder;
  DemoWish wish;
  DemoIds ids;

  static http::Options direct() {
    http::Options options;
    options.use_proxy = false;
    return options;
  }
  Fixture() : http(direct()), admin(http, world.admin()) {
    wish.image.name = "guest";
    const std::string image = folder.path + "/image";
    std::ofstream(image) << "an image";
    wish.image_file = [image] { return Result<std::string>(image); };
    wish.external.cidr = "172.24.4.0/24";
    wish.servers = 2;
  }

  openstack::Wait wait() const {
    openstack::Wait wait;
    wait.limit = std::chrono::seconds(5);
    wait.sleep = [](auto, auto) {};
    return wait;
  }
  openstack::Session tenant() {
    auto access = world.admin();
    access.user = wish.user;
    access.project = wish.project;
    access.password = Secret("demo's own");
    return openstack::Session(http, access);
  }
  Status make() {
    MS_CHECK(make_demo_ground(admin, wish, Secret("demo's own"), ids, wait()));
    auto own = tenant();
    return make_demo_tenant(admin, own, wish, ids, wait());
  }
  std::vector<std::string> drift() {
    bool there = false;
    auto found = demo_drift(admin, wish, ids, there, {});
    REQUIRE(found);
    return *found;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "a demo is made whole, with an address for each server") {
  REQUIRE(make());
  CHECK(ids.servers.size() == 2);
  CHECK(ids.floating_ips.size() == 2);
  CHECK(world.all("security_group_rules").size() == 3);
  CHECK(drift().empty());
}

TEST_CASE_METHOD(Fixture, "a demo that is made again stays as it is") {
  REQUIRE(make());
  const auto before = ids;
  REQUIRE(make());
  CHECK(ids.servers == before.servers);
  CHECK(ids.floating_ips == before.floating_ips);
  CHECK(world.all("networks").size() == 2);
}

TEST_CASE_METHOD(Fixture, "what was taken away is named, and made again") {
  REQUIRE(make());
  REQUIRE(openstack::remove(admin, openstack::collections::routers, ids.router));
  CHECK(drift() == std::vector<std::string>{"router demo is missing"});
  REQUIRE(make());
  CHECK(drift().empty());
}

TEST_CASE_METHOD(Fixture, "fewer servers are wanted: the last ones go with their addresses") {
  REQUIRE(make());
  auto own = tenant();
  REQUIRE(remove_demo_servers(own, wish, 1, wait()));
  CHECK(world.all("servers").size() == 1);
  CHECK(world.all("floatingips").size() == 1);
}

TEST_CASE_METHOD(Fixture, "servers that somebody else started are named before anything goes, or go along") {
  REQUIRE(make());
  auto own = tenant();
  openstack::ServerWish server;
  server.name = "vm-1";
  const auto flavor = openstack::find(admin, openstack::collections::flavors, "m1.tiny");
  REQUIRE((flavor && *flavor));
  server.flavor_id = (*flavor)->at("id").get<std::string>();
  server.image_id = ids.image;
  server.network_id = ids.network;
  const auto begun = openstack::find_or_create_server(own, server, {});
  if (!begun) FAIL(begun.error().text());
  REQUIRE(openstack::wait_active(own, begun->id, wait()));
  REQUIRE(openstack::ensure_floating_ip(own, begun->id, ids.external_network, {}));
  const auto refused = remove_demo(admin, &own, wish, false, wait());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().find("openstack server delete vm-1") != std::string::npos);
  CHECK(world.all("servers").size() == 3);
  REQUIRE(remove_demo(admin, &own, wish, true, wait()));
  CHECK(world.all("servers").empty());
  CHECK(world.all("floatingips").empty());
  CHECK(world.all("routers").empty());
}

TEST_CASE_METHOD(Fixture,
                 "a demo that is removed leaves only the external network, also when it is removed twice") {
  REQUIRE(make());
  auto own = tenant();
  REQUIRE(remove_demo(admin, &own, wish, false, wait()));
  REQUIRE(remove_demo(admin, nullptr, wish, false, wait()));
  for (const char* kind : {"servers", "floatingips", "routers", "security_groups", "images", "flavors"}) {
    INFO(kind);
    CHECK(world.all(kind).empty());
  }
  CHECK(world.all("networks").size() == 1);
  CHECK(world.all("users").size() == 1);
}

TEST_CASE_METHOD(Fixture, "no external network and no addresses for one is an error at its attribute") {
  wish.external.cidr.clear();
  auto made = make();
  REQUIRE_FALSE(made);
  CHECK(made.error().attribute == std::vector<std::string>{"external_network"});
}
