#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>

#include "engine/clients/openstack/collection.h"
#include "engine/clients/openstack/compute.h"
#include "engine/clients/openstack/identity.h"
#include "engine/clients/openstack/image.h"
#include "engine/clients/openstack/network.h"
#include "tests/support/openstack_world/openstack_world.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;
using namespace microstack::openstack;
using microstack::testing::OpenStackWorld;

namespace {

// A cloud, an administrator's session, and a file to be an image.
struct Fixture {
  OpenStackWorld world;
  http::Client http;
  Session session;
  testing::TemporaryFolder folder;
  std::string file = folder.path + "/image";

  static http::Options direct() {
    http::Options options;
    options.use_proxy = false;
    return options;
  }
  Fixture() : http(direct()), session(http, world.admin()) { std::ofstream(file) << "an image"; }

  Wait wait() const {
    Wait wait;
    wait.limit = std::chrono::seconds(5);
    wait.sleep = [](auto, auto) {};
    return wait;
  }
  ServerWish server_wish() {
    ServerWish wish;
    wish.name = "vm";
    wish.flavor_id =
        find_or_create(session, collections::flavors, {{"name", "tiny"}, {"ram", 128}})->at("id");
    wish.image_id = ensure_image(session, {.name = "nano"}, file, wait())->id;
    wish.network_id = find_or_create(session, collections::networks, {{"name", "net"}})->at("id");
    return wish;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "what is there by name is found, and made once where it is not") {
  const Collection kind = GENERATE(collections::projects, collections::flavors, collections::keypairs,
                                   collections::networks, collections::routers, collections::security_groups);
  REQUIRE_FALSE(*find(session, kind, "a b"));
  const auto first = find_or_create(session, kind, {{"name", "a b"}});
  const auto second = find_or_create(session, kind, {{"name", "a b"}});
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first == *second);
  long named = 0;
  for (const auto& one : world.all(kind.plural)) named += one.at("name") == "a b";
  CHECK(named == 1);
}

TEST_CASE_METHOD(Fixture, "a name that several have is an error that names them") {
  REQUIRE(create(session, collections::networks, {{"name", "twin"}}));
  REQUIRE(create(session, collections::networks, {{"name", "twin"}}));
  const auto found = find(session, collections::networks, "twin");
  REQUIRE_FALSE(found);
  CHECK(found.error().kind == ErrorKind::ask);
  CHECK_THAT(found.error().text(), Catch::Contains("network-2, network-3"));
}

TEST_CASE_METHOD(Fixture, "a list is read to its last page, whatever address the service takes itself for") {
  for (int i = 0; i < 5; ++i)
    REQUIRE(create(session, collections::networks, {{"name", "n" + std::to_string(i)}}));
  world.page_size = 2;
  const auto all = list(session, collections::networks);
  REQUIRE(all);
  CHECK(all->size() == 5);
}

TEST_CASE_METHOD(Fixture, "what differs from a wish is told in words") {
  CHECK(differences({{"cidr", "10.0.0.0/24"}, {"name", "a"}}, {{"cidr", "10.1.0.0/24"}, {"name", "a"}}) ==
        std::vector<std::string>{"cidr is 10.0.0.0/24, not 10.1.0.0/24"});
}

TEST_CASE_METHOD(Fixture, "removing what is gone succeeds") {
  const auto made = create(session, collections::routers, {{"name", "r"}});
  CHECK(remove(session, collections::routers, made->at("id")));
  CHECK(remove(session, collections::routers, made->at("id")));
  CHECK(world.all("routers").empty());
}

TEST_CASE_METHOD(Fixture, "an image is uploaded once and proven by its checksum") {
  const auto first = ensure_image(session, {.name = "nano"}, file, wait());
  REQUIRE(first);
  CHECK(first->status == "active");
  CHECK(first->sha512 == *sha512_of_file(file));
  CHECK(world.all("images").at(0).at("data") == "an image");
  CHECK(ensure_image(session, {.name = "nano"}, file, wait())->id == first->id);
  CHECK(world.all("images").size() == 1);
}

TEST_CASE_METHOD(Fixture, "an upload that was cut off is begun again") {
  REQUIRE(create(session, collections::images, {{"name", "nano"}}));
  REQUIRE(ensure_image(session, {.name = "nano"}, file, wait()));
  CHECK(world.all("images").size() == 1);
}

TEST_CASE_METHOD(Fixture, "an image that arrived damaged is removed and told") {
  world.stored_sha512 = "0123";
  const auto image = ensure_image(session, {.name = "nano"}, file, wait());
  REQUIRE_FALSE(image);
  CHECK_THAT(image.error().text(), Catch::Contains("another content"));
  CHECK(world.all("images").empty());
}

TEST_CASE_METHOD(Fixture, "a server becomes active, has a floating IP and goes away with it") {
  const auto server = find_or_create_server(session, server_wish());
  REQUIRE(server);
  CHECK(find_or_create_server(session, server_wish())->id == server->id);
  CHECK(wait_active(session, server->id, wait())->status == "ACTIVE");
  CHECK_THAT(*console_log(session, server->id), Catch::Contains("ready"));

  const auto address = ensure_floating_ip(session, server->id, "public");
  REQUIRE(address);
  CHECK(*ensure_floating_ip(session, server->id, "public") == *address);
  CHECK(release_floating_ips(session, server->id));
  CHECK(delete_server(session, server->id, wait()));
  CHECK(delete_server(session, server->id, wait()));
  CHECK(world.all("servers").empty());
  CHECK(world.all("floatingips").empty());
}

TEST_CASE_METHOD(Fixture, "a server in ERROR is an error with Nova's fault and the end of the console") {
  world.server_fault = "No valid host was found.";
  const auto server = wait_active(session, find_or_create_server(session, server_wish())->id, wait());
  REQUIRE_FALSE(server);
  CHECK_THAT(server.error().text(),
             Catch::Contains("No valid host was found.") && Catch::Contains("kernel\nready"));
}

TEST_CASE_METHOD(Fixture, "a wait ends at its limit and names what it waited for") {
  auto limited = wait();
  limited.limit = std::chrono::seconds(1);
  const auto status = wait_until("rain", limited, [] { return Result<bool>(false); });
  REQUIRE_FALSE(status);
  CHECK(Status(status).error().what == "waited 1 s for rain");
}

TEST_CASE_METHOD(Fixture, "router interfaces and rules are made once and removed twice") {
  const std::string router = create(session, collections::routers, {{"name", "r"}})->at("id");
  CHECK(add_router_interface(session, router, "subnet"));
  CHECK(add_router_interface(session, router, "subnet"));
  CHECK(world.all("ports").size() == 1);
  CHECK(remove_router_interface(session, router, "subnet"));
  CHECK(remove_router_interface(session, router, "subnet"));

  CHECK(allow_ingress(session, "group", {{"tcp", 22}}));
  for (int i = 0; i < 2; ++i) CHECK(allow_ingress(session, "group", {{"tcp", 22}, {"icmp"}, {"tcp", 80}}));
  CHECK(world.all("security_group_rules").size() == 3);
}

TEST_CASE_METHOD(Fixture, "accounts, roles, quotas, hypervisors and inventories are read and written") {
  const std::string project = find_or_create(session, collections::projects, {{"name", "demo"}})->at("id");
  CHECK(assign_role(session, project, "u-admin", "r-member"));
  CHECK_FALSE(assign_role(session, project, "u-admin", "r-none"));
  CHECK(set_quotas(session, "compute", project, {{"instances", 3}}));
  CHECK(quotas(session, "compute", project)->at("instances") == 3);

  const auto services = compute_services(session);
  REQUIRE(services->size() == 2);
  CHECK(services->at(0).up);
  CHECK_FALSE(services->at(1).up);
  CHECK(hypervisors(session)->at(0).memory_mib == 4096);
  CHECK(inventories(session)->at("n1").at("VCPU") == 2);
}
