#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "engine/clients/juju/actions.h"
#include "engine/clients/juju/applications.h"
#include "engine/clients/juju/charms.h"
#include "engine/clients/juju/clouds.h"
#include "engine/clients/juju/integrations.h"
#include "engine/clients/juju/models.h"
#include "engine/clients/juju/secrets.h"
#include "tests/engine/clients/juju/controller_fixture.h"
#include "tests/support/temporary_folder.h"

namespace microstack::juju {

namespace {

template <class T>
T must(Result<T> result) {
  if (!result) FAIL(result.error().text());
  return std::move(result).value();
}
void must(Status status) {
  if (!status) FAIL(status.error().text());
}

Json core_of_release() {
  return Json::parse(std::ifstream(data_folder() + "/charmed-2025.1.json")).at("core");
}

void no_violations(const Fixture& fixture) {
  for (const auto& violation : fixture.controller.violations()) FAIL_CHECK(violation);
}

CharmhubApplication wish_of(const Json& application) {
  CharmhubApplication wish{application["name"], application["charm"]};
  wish.channel = application["channel"];
  wish.base = application["base"];
  wish.trust = application["trust"];
  return wish;
}

// Calls that change something on controllers of both versions.
struct Deployment {
  explicit Deployment(int major) : fixture(major), controller(fixture.dialer, fixture.access(), quick()) {
    uuid = must(create_model(controller.session(), {"openstack", "", "kube"}, within(30))).uuid;
  }
  Session& model() { return controller.model(uuid); }
  Fixture fixture;
  Controller controller;
  std::string uuid;
};

// The same on any controller, in a model "openstack" of it.
struct AnyDeployment : Anywhere {
  explicit AnyDeployment(int major = 4) : Anywhere(major), uuid(make_model("openstack")) {}
  Session& model() { return controller().model(uuid); }
  std::string uuid;
};

}  // namespace

TEST_CASE("The whole core of a release is deployed as its topology says, on 4.x and on 3.6", "[anywhere]") {
  for (int major : majors()) {
    CAPTURE(major);
    AnyDeployment d(major);
    const Json core = core_of_release();
    auto limit = d.limit(60);
    std::vector<std::string> names;
    for (const auto& application : core["applications"]) {
      must(deploy(d.model(), wish_of(application), limit));
      names.push_back(application["name"]);
    }
    for (const auto& pair : core["integrations"]) {
      CHECK(must(integrate(d.model(), pair[0], pair[1], limit)));
    }
    for (const auto& one : core["offers"]) {
      auto endpoints = one["endpoints"].get<std::vector<std::string>>();
      must(offer(d.session(), d.uuid, one["app"], endpoints, one.value("name", one["app"].get<std::string>()),
                 limit));
    }
    auto& poller = d.controller().poller(d.uuid);
    must(poller.wait("the core", active(names), limit));

    auto status = *must(poller.latest(std::chrono::milliseconds(0), limit));
    CHECK(status.applications.size() == core["applications"].size());
    for (const auto& application : core["applications"]) {
      CAPTURE(application["name"]);
      const auto& found = status.applications.at(application["name"]);
      CHECK(found.channel == application["channel"]);
      CHECK(found.base == application["base"]);
      CHECK(found.charm.find("/" + application["charm"].get<std::string>() + "-") != std::string::npos);
      CHECK(found.units.size() == 1);
      CHECK(must(application_config(d.model(), application["name"], limit)).trust == application["trust"]);
    }
    for (const auto& pair : core["integrations"]) {
      CAPTURE(pair);
      CHECK(status.integrated(pair[0], pair[1]));
    }
    auto offered = must(offers(d.session(), d.user(), d.model_name("openstack"), limit));
    CHECK(offered.size() == core["offers"].size());
    CHECK(status.offers.size() == core["offers"].size());
    d.no_violations();
  }
}

TEST_CASE("What is there already is not made again, and what is gone is removed already", "[anywhere]") {
  AnyDeployment d;
  auto limit = d.limit(30);
  must(deploy(d.model(), {"keystone", "keystone-k8s"}, limit));
  auto again = deploy(d.model(), {"keystone", "keystone-k8s"}, limit);
  REQUIRE_FALSE(again);
  CHECK(again.error().has_code(code::already_exists));
  must(deploy(d.model(), {"glance", "glance-k8s"}, limit));
  CHECK(must(integrate(d.model(), "keystone:identity-service", "glance:identity-service", limit)));
  CHECK_FALSE(must(integrate(d.model(), "keystone:identity-service", "glance:identity-service", limit)));
  must(remove_integration(d.model(), "keystone:identity-service", "glance:identity-service", limit));
  must(remove_integration(d.model(), "keystone:identity-service", "glance:identity-service", limit));
  must(destroy_applications(d.model(), {"keystone", "nosuch"}, {}, limit));
  auto& poller = d.controller().poller(d.uuid);
  must(poller.wait("the removal", gone({"keystone"}), limit));
  must(destroy_applications(d.model(), {"keystone"}, {}, limit));
  must(remove_offers(d.session(), {d.user() + "/" + d.model_name("openstack") + ".nosuch"}, false, limit));
  must(remove_consumed(d.model(), "nosuch", false, limit));
  must(remove_secret(d.model(), "secret:nosuch", limit));
  must(destroy_model(d.session(), "00000000-0000-4000-8000-000000000000", {}, limit));
  d.no_violations();
}

TEST_CASE("Every failing item of a bulk call is told", "[anywhere]") {
  AnyDeployment d;
  auto failed = destroy_units(d.model(), {"keystone/0", "nova/1"}, false, d.limit(30));
  REQUIRE_FALSE(failed);
  auto text = failed.error().text();
  CHECK(text.find("2 of 2 failed") != std::string::npos);
  CHECK(text.find("keystone") != std::string::npos);
  CHECK(text.find("nova") != std::string::npos);
}

TEST_CASE("An integration that cannot be made says between what and why", "[anywhere]") {
  AnyDeployment d;
  must(deploy(d.model(), {"keystone", "keystone-k8s"}, d.limit(30)));
  auto made = integrate(d.model(), "keystone:database", "nosuch:database", d.limit(30));
  REQUIRE_FALSE(made);
  CHECK(made.error().kind == ErrorKind::ask);
  CHECK(made.error().text().find("no candidates for nosuch:database") != std::string::npos);
}

TEST_CASE("Configuration, trust, constraints, scale, exposure and channel of an application are changed",
          "[anywhere]") {
  for (int major : majors()) {
    AnyDeployment d(major);
    auto limit = d.limit(30);
    CharmhubApplication wish{"keystone", "keystone-k8s", "latest/stable"};
    wish.config = {{"region", "North"}, {"debug", "true"}};
    wish.constraints = "mem=4G cores=2";
    wish.storage = {{"fernet-keys", {"kubernetes", 1024, 1}}};
    must(deploy(d.model(), wish, limit));
    auto config = must(application_config(d.model(), "keystone", limit));
    CHECK(config.config.at("region").value == "North");
    CHECK(config.config.at("region").source == "user");
    CHECK(config.config.at("debug").value == true);
    CHECK(config.constraints == Json({{"mem", 4096}, {"cores", 2}, {"arch", "amd64"}}));
    must(set_config(d.model(), "keystone", {{"region", "South"}}, limit));
    must(unset_config(d.model(), "keystone", {"debug"}, limit));
    must(set_trust(d.model(), "keystone", true, limit));
    must(set_constraints(d.model(), "keystone", "mem=2048M", limit));
    must(expose(d.model(), "keystone", limit));
    must(scale(d.model(), "keystone", 3, limit));
    must(d.controller().poller(d.uuid).wait("the scale", scaled("keystone", 3), limit));
    config = must(application_config(d.model(), "keystone", limit));
    CHECK(config.config.at("region").value == "South");
    CHECK(config.config.at("debug").source == "default");
    CHECK(config.trust);
    CHECK(config.constraints == Json({{"mem", 2048}}));
    auto now = must(status(d.model(), limit));
    CHECK(now.applications.at("keystone").exposed);
    CHECK(now.applications.at("keystone").units.size() == 3);
    CHECK(now.leader("keystone") == "keystone/0");

    CHECK_FALSE(must(refresh(d.model(), {"keystone"}, limit)).changed);
    auto refreshed = must(refresh(d.model(), {"keystone", "2025.1/edge"}, limit));
    CHECK(refreshed.changed);
    now = must(status(d.model(), limit));
    CHECK(now.applications.at("keystone").channel == "2025.1/edge");
    CHECK(now.applications.at("keystone").revision == refreshed.revision);
    d.no_violations();
  }
}

TEST_CASE("A wrong option or value is refused before anything is deployed", "[anywhere]") {
  AnyDeployment d;
  CharmhubApplication wish{"keystone", "keystone-k8s"};
  wish.config = {{"nosuch", "1"}};
  auto deployed = deploy(d.model(), wish, d.limit(30));
  REQUIRE_FALSE(deployed);
  CHECK(deployed.error().text().find("unknown option \"nosuch\"") != std::string::npos);
  wish.config.clear();
  wish.constraints = "mem=4Q";
  CHECK(deploy(d.model(), wish, d.limit(30)).error().text().find("mem=4Q") != std::string::npos);
  wish.constraints.clear();
  wish.charm = "no-such-charm";
  CHECK_FALSE(deploy(d.model(), wish, d.limit(30)));
  CHECK(must(status(d.model(), d.limit(30))).applications.empty());
}

TEST_CASE("An offer is consumed in another model and integrated there", "[anywhere]") {
  for (int major : majors()) {
    AnyDeployment d(major);
    auto limit = d.limit(30);
    must(deploy(d.model(), {"keystone", "keystone-k8s"}, limit));
    must(offer(d.session(), d.uuid, "keystone", {"identity-service"}, "keystone-endpoints", limit));
    const auto other = d.make_model("workload");
    const auto url = d.user() + "/" + d.model_name("openstack") + ".keystone-endpoints";
    auto& workload = d.controller().model(other);
    must(deploy(workload, {"glance", "glance-k8s"}, limit));
    must(consume(d.session(), workload, url, "keystone", limit));
    must(consume(d.session(), workload, url, "keystone", limit));
    CHECK(must(integrate(workload, "glance:identity-service", "keystone:identity-service", limit)));
    auto now = must(status(workload, limit));
    CHECK(now.remote_applications.at("keystone").offer_url == url);
    auto missing =
        consume(d.session(), workload, d.user() + "/" + d.model_name("openstack") + ".nosuch", "x", limit);
    REQUIRE_FALSE(missing);
    CHECK(missing.error().has_code(code::not_found));
    must(remove_consumed(workload, "keystone", true, limit));
    must(remove_offers(d.session(), {url}, true, limit));
    CHECK(must(offers(d.session(), d.user(), d.model_name("openstack"), limit)).empty());
    d.no_violations();
  }
}

TEST_CASE("An action's output is what its charm returned, and its failure says what the charm said") {
  Deployment d(4);
  auto limit = within(30);
  must(deploy(d.model(), {"keystone", "keystone-k8s"}, limit));
  d.fixture.controller.with([](World& world) {
    world.story.actions["get-admin-account"] = {"completed", "", {{"username", "admin"}}};
    world.story.actions["regenerate-password"] = {"failed", "no such user", Json::object()};
  });
  auto at_once = std::chrono::milliseconds(1);
  auto done =
      must(run_action(d.model(), "keystone/0", "get-admin-account", Json::object(), limit, {}, at_once));
  CHECK(done.output["username"] == "admin");
  auto failed =
      run_action(d.model(), "keystone/0", "regenerate-password", {{"username", "x"}}, limit, {}, at_once);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().text().find("no such user") != std::string::npos);
  auto unknown = run_action(d.model(), "keystone/0", "nosuch", Json::object(), limit, {}, at_once);
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().text().find("not defined") != std::string::npos);
  CHECK(must(actions_of(d.model(), "keystone", limit)).count("get-admin-account") == 1);
  no_violations(d.fixture);
}

TEST_CASE("A secret is made once, granted, changed and read back", "[anywhere]") {
  AnyDeployment d;
  auto limit = d.limit(30);
  must(deploy(d.model(), {"keystone", "keystone-k8s"}, limit));
  auto uri = must(create_secret(d.model(), "ca", {{"key", Secret("s3cr3t\n")}}, limit));
  auto again = create_secret(d.model(), "ca", {{"key", Secret("other")}}, limit);
  REQUIRE_FALSE(again);
  CHECK(again.error().has_code(code::already_exists));
  CHECK(again.error().text().find("other") == std::string::npos);
  must(grant_secret(d.model(), uri, {"keystone"}, limit));
  CHECK(must(find_secret(d.model(), "ca", true, limit))->values.at("key").reveal() == "s3cr3t\n");
  must(update_secret(d.model(), uri, {{"key", Secret("new")}}, limit));
  CHECK(must(find_secret(d.model(), "ca", true, limit))->values.at("key").reveal() == "new");
  CHECK(must(find_secret(d.model(), "ca", false, limit))->values.empty());
  must(revoke_secret(d.model(), uri, {"keystone"}, limit));
  must(remove_secret(d.model(), uri, limit));
  CHECK_FALSE(must(find_secret(d.model(), "ca", false, limit)));
  d.no_violations();
}

TEST_CASE("Clouds, credentials, model configuration and annotations are kept") {
  for (int major : {4, 3}) {
    Deployment d(major);
    auto& session = d.controller.session();
    auto limit = within(30);
    Cloud cloud{"kubernetes", "https://10.0.0.1:16443", {"PEM"}, {"oauth2"}};
    cloud.host_cloud_region = "other";
    must(add_cloud(session, "mine", cloud, limit));
    auto twice = add_cloud(session, "mine", cloud, limit);
    REQUIRE_FALSE(twice);
    CHECK(twice.error().has_code(code::already_exists));
    auto tag = credential_tag("mine", "admin", "default");
    must(put_credential(session, tag, {"oauth2", {{"Token", Secret("t")}}}, limit));
    CHECK(must(credentials(session, "mine", limit)) == std::vector<std::string>{tag});
    CHECK(must(clouds(session, limit)).at("mine").endpoint == "https://10.0.0.1:16443");
    auto made =
        must(create_model(session, {"second", "", "mine", "", tag, {{"default-space", "alpha"}}}, limit));
    CHECK(made.cloud == "mine");
    CHECK(made.owner == "admin");
    auto busy = remove_cloud(session, "mine", limit);
    REQUIRE_FALSE(busy);
    CHECK(busy.error().text().find("still referenced") != std::string::npos);
    auto& model = d.controller.model(made.uuid);
    must(set_model_config(model, {{"update-status-hook-interval", "10m"}}, limit));
    CHECK(must(model_config(model, limit)).at("update-status-hook-interval").value == "10m");
    must(set_annotations(model, "model-" + made.uuid, {{"microstack", "x"}}, limit));
    CHECK(must(annotations(model, "model-" + made.uuid, limit)).at("microstack") == "x");
    must(set_annotations(model, "model-" + made.uuid, {{"microstack", ""}}, limit));
    CHECK(must(annotations(model, "model-" + made.uuid, limit)).empty());
    CHECK(must(find_model(session, "", "second", limit))->uuid == made.uuid);
    auto taken = create_model(session, {"second", "", "mine"}, limit);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().has_code(code::already_exists));
    no_violations(d.fixture);
  }
}

TEST_CASE("Removing a model waits until it is gone, and names what stays") {
  Deployment d(4);
  auto at_once = std::chrono::milliseconds(1);
  must(deploy(d.model(), {"keystone", "keystone-k8s"}, within(30)));
  d.fixture.controller.with([](World& world) { world.story.stuck = {"keystone"}; });
  auto stuck = destroy_model(d.controller.session(), d.uuid, {}, Limit::of(std::chrono::milliseconds(300)),
                             {}, at_once);
  REQUIRE_FALSE(stuck);
  CHECK(stuck.error().kind == ErrorKind::retry);
  CHECK(stuck.error().text().find("keystone") != std::string::npos);
  must(destroy_model(d.controller.session(), d.uuid, {true, true, std::chrono::seconds(0)}, within(30), {},
                     at_once));
  CHECK(must(models(d.controller.session(), within(30))).empty());
  no_violations(d.fixture);
}

TEST_CASE("A charm and its resource are uploaded and deployed from files") {
  Deployment d(4);
  auto limit = within(30);
  const testing::TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  std::ofstream(folder / "lab-app.charm") << "PK\3\4 not read any further";
  std::ofstream(folder / "conf.txt") << "x=1\n";
  LocalApplication wish;
  wish.settings = {"app", "lab-app"};
  wish.settings.resources = {{"config-file", folder / "conf.txt"}};
  wish.settings.config = {{"port", "9000"}};
  wish.settings.trust = true;
  wish.file = folder / "lab-app.charm";
  CHECK(must(deploy_local(d.model(), wish, limit)).revision == 0);
  auto config = must(application_config(d.model(), "app", limit));
  CHECK(config.config.at("port").value == 9000);
  CHECK(config.trust);
  d.fixture.controller.with([](World& world) {
    for (const auto& pending : world.model_named("openstack").pending_resources)
      CHECK(pending["uploaded"] == true);
  });
  wish.file = folder / "conf.txt";
  wish.settings.name = "bad";
  auto bad = deploy_local(d.model(), wish, limit);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().text().find("not a valid zip file") != std::string::npos);
  auto access = d.fixture.access();
  access.password = Secret("wrong");
  Session stranger(d.fixture.dialer, access, d.uuid);
  CHECK_FALSE(Upload(stranger).charm(folder / "lab-app.charm", "lab-app", limit));
  no_violations(d.fixture);
}

TEST_CASE("A model is made, told, annotated and removed", "[anywhere]") {
  for (int major : majors()) {
    AnyDeployment d(major);
    const auto limit = d.limit(30);
    const auto welcome = must(d.session().welcome(limit));
    if (d.named) WARN("Juju " + welcome.server_version);
    CHECK(must(find_model(d.session(), "", d.model_name("openstack"), limit))->uuid == d.uuid);
    auto taken = create_model(d.session(), {d.model_name("openstack"), "", d.cloud()}, limit);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().has_code(code::already_exists));
    CHECK(must(status(d.model(), limit)).applications.empty());
    must(set_model_config(d.model(), {{"update-status-hook-interval", "10m"}}, limit));
    CHECK(must(model_config(d.model(), limit)).at("update-status-hook-interval").value == "10m");
    must(set_annotations(d.model(), "model-" + d.uuid, {{"microstack", "x"}}, limit));
    CHECK(must(annotations(d.model(), "model-" + d.uuid, limit)).at("microstack") == "x");
    must(destroy_model(d.session(), d.uuid, {true, true, std::chrono::seconds(0)}, limit, {},
                       std::chrono::milliseconds(300)));
    CHECK_FALSE(must(find_model(d.session(), "", d.model_name("openstack"), limit)));
    d.no_violations();
  }
}

}  // namespace microstack::juju
