// Every step of a model is held to the contract of steps against the test controller.
#include <catch2/catch.hpp>

#include "engine/steps/juju/action.h"
#include "engine/steps/juju/active.h"
#include "engine/steps/juju/application.h"
#include "engine/steps/juju/cloud.h"
#include "engine/steps/juju/config.h"
#include "engine/steps/juju/integration.h"
#include "engine/steps/juju/model.h"
#include "engine/steps/juju/secret.h"
#include "tests/support/juju_controller/disturbed_world.h"
#include "tests/support/step_contract.h"

using namespace microstack;
using testing::DisturbedWorld;

namespace {

constexpr std::chrono::milliseconds poll{1};

juju::Waits short_waits() {
  juju::Waits waits;
  waits.call = std::chrono::seconds(20);
  waits.removal = std::chrono::milliseconds(300);
  waits.forced = std::chrono::seconds(20);
  return waits;
}

std::unique_ptr<DisturbedWorld> with_model() {
  auto world = std::make_unique<DisturbedWorld>();
  world->add_model();
  return world;
}

std::unique_ptr<DisturbedWorld> with_two_applications() {
  auto world = with_model();
  world->add_application("keystone", "keystone-k8s");
  world->add_application("glance", "glance-k8s");
  return world;
}

juju::CharmhubApplication keystone() {
  juju::CharmhubApplication wish{"keystone", "keystone-k8s", "2025.1/stable"};
  wish.trust = true;
  wish.config = {{"region", "North"}};
  return wish;
}

std::string apply_error(Step& step) {
  StepContext context;
  const auto status = step.apply(context);
  REQUIRE_FALSE(status);
  return status.error().text();
}

}  // namespace

TEST_CASE("a cloud is made known and forgotten") {
  juju::Cloud cloud;
  cloud.type = "kubernetes";
  cloud.endpoint = "https://192.0.2.1:6443";
  cloud.auth_types = {"oauth2"};
  contracts::step([] { return std::make_unique<DisturbedWorld>(); },
                  [&](DisturbedWorld& world) {
                    return std::make_unique<juju::CloudStep>(world.controller(), "racks", cloud);
                  });
}

TEST_CASE("a credential is stored, and stays for other models") {
  juju::Credential credential{"oauth2", {{"Token", Secret("t")}}};
  contracts::step([] { return std::make_unique<DisturbedWorld>(); },
                  [&](DisturbedWorld& world) {
                    return std::make_unique<juju::CredentialStep>(world.controller(), "kube", "mine",
                                                                  credential);
                  },
                  {.undone_is_absent = false});
}

TEST_CASE("a model with its configuration comes and goes") {
  contracts::step([] { return std::make_unique<DisturbedWorld>(); },
                  [](DisturbedWorld& world) {
                    juju::ModelWish wish{"kube", "", {{"juju-http-proxy", "http://192.0.2.9:3128"}}, poll};
                    return std::make_unique<juju::ModelPresent>(world.view(), wish, short_waits());
                  });
}

TEST_CASE("an application is deployed and removed") {
  contracts::step(with_model, [](DisturbedWorld& world) {
    return std::make_unique<juju::ApplicationPresent>(world.view(), keystone(), short_waits());
  });
}

TEST_CASE("an application is scaled") {
  contracts::step(with_two_applications,
                  [](DisturbedWorld& world) {
                    return std::make_unique<juju::ScaleStep>(world.view(), "keystone", 3, short_waits());
                  },
                  {.undone_is_absent = false});
}

TEST_CASE("an application is refreshed to another channel") {
  contracts::step(with_two_applications,
                  [](DisturbedWorld& world) {
                    return std::make_unique<juju::ChannelStep>(
                        world.view(), juju::Refresh{"keystone", "2025.1/stable", {}}, short_waits());
                  },
                  {.undone_is_absent = false});
}

TEST_CASE("configuration is set, and undone to the charm's defaults") {
  contracts::step(with_two_applications, [](DisturbedWorld& world) {
    return std::make_unique<juju::ConfigStep>(
        world.view(), "keystone",
        std::map<std::string, std::string>{
            {"region", "North"}, {"debug", "true"}, {"catalog-cache-expiration", "30"}});
  });
}

TEST_CASE("two applications are integrated and separated") {
  contracts::step(with_two_applications, [](DisturbedWorld& world) {
    return std::make_unique<juju::IntegrationStep>(world.view(), "keystone:identity-service",
                                                   "glance:identity-service");
  });
}

TEST_CASE("an endpoint is offered and no longer") {
  contracts::step(with_two_applications, [](DisturbedWorld& world) {
    return std::make_unique<juju::OfferStep>(
        world.view(), juju::OfferWish{"keystone-endpoints", "keystone", {"identity-service"}});
  });
}

TEST_CASE("a secret is kept for an application and removed") {
  contracts::step(with_two_applications, [](DisturbedWorld& world) {
    return std::make_unique<juju::SecretStep>(world.view(), "switches",
                                              juju::SecretValues{{"conf", Secret("c")}},
                                              std::vector<std::string>{"keystone"});
  });
}

TEST_CASE("an action is run once on the leader, and what it was run with is remembered") {
  contracts::step(with_two_applications, [](DisturbedWorld& world) {
    return std::make_unique<juju::ActionStep>(
        world.view(),
        juju::ActionWish{
            "keystone", "regenerate-password", {{"username", "admin"}}, std::chrono::seconds(20), poll});
  });
}

TEST_CASE("a wait holds when all units are active") {
  contracts::step(
      [] {
        auto world = with_two_applications();
        world->server().with([](testing::World& w) {
          for (auto& [name, application] : w.model_named("openstack").applications)
            for (auto& [number, unit] : application.units)
              unit.state = {"waiting", "installing agent", "allocating", w.now(), 0};
          w.story.looks_until_active = 4;
        });
        return world;
      },
      [](DisturbedWorld& world) {
        return std::make_unique<juju::ActiveStep>(
            world.view(), juju::ActiveWish{"identity", "Identity service", {"keystone", "glance"}}, nullptr,
            short_waits());
      },
      {.undone_is_absent = false, .absent_at_first = false});
}

TEST_CASE("a unit that stays blocked ends the wait with its message, its past and what Kubernetes says") {
  struct Pods : juju::Evidence {
    std::vector<std::string> of(const std::string& model, const std::string& unit,
                                const juju::Limit&) override {
      return {"pod of " + unit + " in " + model + ": Back-off pulling image"};
    }
  } pods;
  auto world = with_two_applications();
  world->server().with([](testing::World& w) {
    w.story.held["glance/0"] = {"blocked", "integration missing: database"};
  });
  juju::ActiveWish wish{"images", "Image service", {"keystone", "glance"}};
  wish.patience = std::chrono::milliseconds(50);
  juju::ActiveStep step(world->view(), wish, &pods, short_waits());
  const auto text = apply_error(step);
  INFO(text);
  CHECK(text.find("glance/0 is blocked: integration missing: database, since 20") != std::string::npos);
  CHECK(text.find("nothing has changed for") != std::string::npos);
  CHECK(text.find("pod of glance/0 in openstack: Back-off pulling image") != std::string::npos);
  CHECK(text.find("keystone/0") == std::string::npos);
}

TEST_CASE("a model that is being destroyed is waited for, and made anew") {
  auto world = with_model();
  std::string old;
  world->server().with([&](testing::World& w) {
    w.model_named("openstack").life = "dying";
    old = w.model_named("openstack").uuid;
    w.story.stuck.insert("model");
  });
  juju::ModelPresent step(world->view(), {"kube", "", {}, poll}, short_waits());
  CHECK(apply_error(step).find("which is being destroyed") != std::string::npos);
  world->server().with([&](testing::World& w) { w.models.erase(old); });
  StepContext context;
  REQUIRE(step.apply(context));
  CHECK(step.check(context)->holds);
}

TEST_CASE("an application that does not go is forced, and one that stays is named") {
  auto world = with_two_applications();
  world->server().with([](testing::World& w) { w.story.stuck.insert("keystone"); });
  StepContext context;
  juju::ApplicationPresent step(world->view(), keystone(), short_waits());
  REQUIRE(step.undo(context));
  CHECK_FALSE(step.check(context)->holds);
}

TEST_CASE("an application of another charm is told, not replaced") {
  auto world = with_model();
  world->add_application("keystone", "glance-k8s");
  juju::ApplicationPresent step(world->view(), keystone(), short_waits());
  CHECK(apply_error(step).find("runs charm glance-k8s, not keystone-k8s") != std::string::npos);
}

TEST_CASE("an integration that cannot be made says why") {
  auto world = with_two_applications();
  juju::IntegrationStep step(world->view(), "keystone:database", "glance:identity-service");
  CHECK(apply_error(step).find("no compatible endpoints") != std::string::npos);
}

TEST_CASE("many checks at the same time share one status call") {
  auto world = with_two_applications();
  auto& view = world->view();
  const auto before = world->server().counts()["Client.FullStatus"];
  StepContext context;
  for (int i = 0; i < 20; ++i) {
    juju::IntegrationStep step(view, "keystone:identity-service", "glance:identity-service");
    CHECK_FALSE(step.check(context)->holds);
  }
  CHECK(world->server().counts()["Client.FullStatus"] == before + 1);
}
