#include <catch2/catch.hpp>
#include <thread>

#include "engine/clients/juju/applications.h"
#include "engine/clients/juju/integrations.h"
#include "engine/clients/juju/models.h"
#include "engine/clients/juju/secrets.h"
#include "tests/engine/clients/juju/controller_fixture.h"

namespace microstack::juju {

namespace {

// A small deployment, written as steps are: look, and do what is missing. Any of its calls may fail.
Status deploy_little(Controller& controller) {
  auto limit = within(60);
  auto& session = controller.session();
  MS_TRY(auto there, find_model(session, "", "openstack", limit));
  if (!there) {
    MS_TRY(there, create_model(session, {"openstack", "", "kube"}, limit));
  }
  auto& model = controller.model(there->uuid);
  MS_TRY(auto now, status(model, limit));
  for (const char* name : {"keystone", "glance"}) {
    if (now.applications.count(name) > 0) continue;
    CharmhubApplication wish{name, std::string(name) + "-k8s", "2025.1/stable"};
    wish.config = {{"region", "North"}};
    auto deployed = deploy(model, wish, limit);
    if (!deployed && !deployed.error().has_code(code::already_exists)) return std::move(deployed).error();
  }
  if (!now.integrated("glance:identity-service", "keystone:identity-service")) {
    MS_TRY([[maybe_unused]] auto made,
           integrate(model, "glance:identity-service", "keystone:identity-service", limit));
  }
  MS_TRY(auto secret, find_secret(model, "admin", false, limit));
  if (!secret) {
    MS_TRY([[maybe_unused]] auto uri, create_secret(model, "admin", {{"password", Secret("p")}}, limit));
  }
  return controller.poller(there->uuid).wait("the applications", active({"keystone", "glance"}), limit);
}

}  // namespace

TEST_CASE(
    "A deployment whose connection is cut at any frame ends with a cause, and finishes when it is run "
    "again") {
  int frames = 0;
  {
    Fixture fixture;
    Controller controller(fixture.dialer, fixture.access(), quick());
    fixture.controller.server().cut_at(0);
    REQUIRE(deploy_little(controller));
    frames = fixture.controller.server().frames();
    REQUIRE(frames > 15);
  }
  int failed = 0;
  for (int n = 1; n <= frames; ++n) {
    CAPTURE(n);
    Fixture fixture;
    Controller controller(fixture.dialer, fixture.access(), quick());
    fixture.controller.server().cut_at(n);
    auto first = deploy_little(controller);
    REQUIRE(fixture.controller.server().cut_happened());
    if (!first) {
      ++failed;
      CHECK(first.error().kind == ErrorKind::retry);
      CHECK(first.error().text().find("lost") != std::string::npos);
      auto second = deploy_little(controller);
      if (!second) FAIL(second.error().text());
    }
    fixture.controller.with([](World& world) {
      auto& model = world.model_named("openstack");
      CHECK(model.applications.size() == 2);
      CHECK(model.secrets.size() == 1);
    });
    CHECK(fixture.controller.violations().empty());
  }
  // What only reads was sent again without anybody noticing; what changes something was not.
  CHECK(failed > 0);
  CHECK(failed < frames);
}

TEST_CASE("What only reads outlives a restart of the controller") {
  Fixture fixture;
  auto uuid = fixture.add_model();
  Controller controller(fixture.dialer, fixture.access(), quick());
  REQUIRE(status(controller.model(uuid), within(30)));
  fixture.controller.server().stop();
  std::thread restart([&] { fixture.controller.server().start(); });
  auto again = status(controller.model(uuid), within(30));
  restart.join();
  if (!again) FAIL(again.error().text());
  CHECK(controller.model(uuid).connections() == 2);
}

TEST_CASE("A controller that stays away is told within the limit") {
  Fixture fixture;
  Controller controller(fixture.dialer, fixture.access(), quick());
  REQUIRE(controller.session().welcome(within(30)));
  fixture.controller.server().stop();
  auto gone = controller.session().call({"Pinger", "Ping", Json::object(), true},
                                        Limit::of(std::chrono::milliseconds(300)));
  REQUIRE_FALSE(gone);
  CHECK(gone.error().kind == ErrorKind::retry);
  CHECK(gone.error().text().find(fixture.controller.address()) != std::string::npos);
  fixture.controller.server().start();
}

TEST_CASE("A request that changes something and whose answer is lost is told as of unknown outcome") {
  Fixture fixture;
  auto uuid = fixture.add_model();
  Controller controller(fixture.dialer, fixture.access(), quick());
  auto& model = controller.model(uuid);
  REQUIRE(model.welcome(within(30)));
  fixture.controller.server().cut_at(2);  // the request arrives, its answer does not
  auto deployed = deploy(model, {"keystone", "keystone-k8s"}, within(30));
  REQUIRE_FALSE(deployed);
  CHECK(deployed.error().has_code(code::outcome_unknown));
  CHECK(deployed.error().kind == ErrorKind::retry);
  auto second = deploy(model, {"keystone", "keystone-k8s"}, within(30));
  REQUIRE_FALSE(second);
  CHECK(second.error().has_code(code::already_exists));
}

TEST_CASE("A controller in the middle of an upgrade is an error to try again") {
  Fixture fixture;
  auto uuid = fixture.add_model();
  fixture.controller.refuse["Application.DeployFromRepository"] = {"upgrade in progress",
                                                                   "upgrade in progress", 1};
  Controller controller(fixture.dialer, fixture.access(), quick());
  auto first = deploy(controller.model(uuid), {"keystone", "keystone-k8s"}, within(30));
  REQUIRE_FALSE(first);
  CHECK(first.error().kind == ErrorKind::retry);
  CHECK(deploy(controller.model(uuid), {"keystone", "keystone-k8s"}, within(30)));
}

TEST_CASE("A model that is being destroyed takes no application") {
  Fixture fixture;
  auto uuid = fixture.add_model();
  fixture.controller.with([](World& world) { world.model_named("openstack").life = "dying"; });
  Controller controller(fixture.dialer, fixture.access(), quick());
  auto deployed = deploy(controller.model(uuid), {"keystone", "keystone-k8s"}, within(30));
  REQUIRE_FALSE(deployed);
  CHECK(deployed.error().text().find("no longer alive") != std::string::npos);
}

}  // namespace microstack::juju
