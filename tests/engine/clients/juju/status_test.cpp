#include <catch2/catch.hpp>
#include <future>

#include "engine/clients/juju/applications.h"
#include "engine/clients/juju/status_poller.h"
#include "tests/engine/clients/juju/controller_fixture.h"

namespace microstack::juju {

namespace {

const std::chrono::milliseconds at_once{1};

}  // namespace

TEST_CASE("Many who wait for a model share its polls") {
  Fixture fixture;
  auto uuid = fixture.add_model();
  fixture.controller.with([](World& world) {
    world.story.looks_until_active = 40;
    for (int i = 0; i < 10; ++i) {
      world.deploy(world.model_named("openstack"), "app" + std::to_string(i),
                   world.charmhub.at("keystone-k8s"), 1);
    }
  });
  Controller controller(fixture.dialer, fixture.access());
  StatusPoller poller(controller.model(uuid), std::chrono::milliseconds(20));
  std::vector<std::future<Status>> waits;
  for (int i = 0; i < 10; ++i) {
    waits.push_back(std::async(std::launch::async, [&poller, i] {
      return poller.wait("app" + std::to_string(i), active({"app" + std::to_string(i)}), within(60));
    }));
  }
  for (auto& wait : waits) CHECK(wait.get());
  // Ten first looks at most, then one poll for all.
  CHECK(poller.polls() <= 40 + 10);
  CHECK(controller.model(uuid).connections() == 1);
}

TEST_CASE("A wait that ends names the unit that is blocked, on what, and since when") {
  Fixture fixture;
  auto uuid = fixture.add_model();
  fixture.controller.with([](World& world) {
    world.story.needs_integrations = true;
    world.deploy(world.model_named("openstack"), "keystone", world.charmhub.at("keystone-k8s"), 1);
  });
  Controller controller(fixture.dialer, fixture.access());
  StatusPoller poller(controller.model(uuid), at_once);
  std::vector<std::string> told;
  auto waited = poller.wait("keystone", active({"keystone"}), Limit::of(std::chrono::milliseconds(500)),
                            [&](const std::string& text) { told.push_back(text); });
  REQUIRE_FALSE(waited);
  auto text = waited.error().text();
  CHECK(text.find("keystone/0 is blocked: integration missing: database, since 20") != std::string::npos);
  REQUIRE_FALSE(told.empty());
  CHECK(told.back().empty());
  CHECK(told[told.size() - 2].find("blocked") != std::string::npos);
}

TEST_CASE("A unit that is kept blocked and let go ends the wait") {
  Fixture fixture;
  auto uuid = fixture.add_model();
  fixture.controller.with([](World& world) {
    world.deploy(world.model_named("openstack"), "keystone", world.charmhub.at("keystone-k8s"), 3);
    world.story.held["keystone/1"] = {"error", "hook failed: \"install\""};
  });
  Controller controller(fixture.dialer, fixture.access());
  StatusPoller poller(controller.model(uuid), at_once);
  auto wait = std::async(std::launch::async, [&] {
    return poller.wait("keystone", active({"keystone"}), within(60), [&](const std::string& text) {
      if (text.find("hook failed") == std::string::npos) return;
      fixture.controller.with([](World& world) { world.story.held.clear(); });
    });
  });
  CHECK(wait.get());
}

TEST_CASE("What cannot come true ends a wait at once", "[anywhere]") {
  Anywhere place;
  const auto uuid = place.make_model("openstack");
  Controller controller(place.dialer, place.access());
  auto waited = controller.poller(uuid).wait("the scale", scaled("keystone", 3), place.limit(60));
  REQUIRE_FALSE(waited);
  CHECK(waited.error().kind == ErrorKind::ask);
  CHECK(waited.error().text().find("no application keystone") != std::string::npos);
}

TEST_CASE("The status a real controller was recorded to give is read") {
  Json recorded =
      Json::parse(R"({"model":{"name":"km2","type":"caas","cloud-tag":"cloud-kube0","version":"4.0.14.1",
    "model-status":{"status":"available","info":"","since":"2026-11-22T13:36:55Z"}},"machines":{},
    "applications":{"kapp":{"charm":"ch:amd64/hub-app-7","charm-channel":"latest/stable","charm-rev":7,
      "base":{"name":"ubuntu","channel":"24.04/stable"},"exposed":false,"life":"alive","relations":{"ring":["kapp"]},
      "subordinate-to":[],"units":{"kapp/0":{"agent-status":{"status":"allocating","info":"","life":"alive"},
        "workload-status":{"status":"waiting","info":"installing agent","since":"2026-11-22T13:36:31Z"},
        "opened-ports":null,"subordinates":null}},
      "status":{"status":"waiting","info":"installing agent","data":null},"int":2}},
    "remote-applications":{},"offers":{},"relations":[{"id":0,"key":"kapp:ring","interface":"ring",
      "endpoints":[{"application":"kapp","name":"ring","role":"peer"}],"status":{"status":"joining"}}],
    "controller-timestamp":"2026-11-22T13:36:55Z","branches":null})");
  auto read = read_status(recorded);
  CHECK(read.type == "caas");
  const auto& kapp = read.applications.at("kapp");
  CHECK(kapp.revision == 7);
  CHECK(kapp.base == "ubuntu@24.04");
  CHECK(kapp.units.at("kapp/0").workload.message == "installing agent");
  CHECK(read.relations.at(0).endpoints == std::vector<std::string>{"kapp:ring"});
  auto found = troubles(read);
  REQUIRE(found.size() == 1);
  CHECK(found[0].text() == "kapp/0 is waiting: installing agent, since 2026-11-22T13:36:31Z");
  CHECK(found[0].waits);
}

}  // namespace microstack::juju
