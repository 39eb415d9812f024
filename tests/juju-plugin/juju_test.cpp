// A charmed cloud by hand, against the test controller.
#include "juju-plugin/clusters/juju.h"
#include "engine/clients/juju/websocket.h"
#include "engine/substrate/juju/record.h"
#include "tests/juju-plugin/juju_stage.h"

using namespace microstack;
using namespace microstack::plugin;

namespace {

using Calls = std::vector<std::string>;

constexpr std::size_t core = 23;  // applications

void require_ok(const Ran& ran) {
  INFO(ran.err);
  REQUIRE(ran.code == 0);
}

Json json_of(const Ran& ran) {
  auto value = Json::parse(ran.out, nullptr, false);
  INFO(ran.out << ran.err);
  REQUIRE_FALSE(value.is_discarded());
  return value;
}

}  // namespace

TEST_CASE("deploy makes the core, the model becomes the current one, and a second deploy changes nothing") {
  JujuStage stage;
  CHECK(stage.run({"status"}).code == 4);
  CHECK(stage.run({"deploy", "demo", "--dry-run"}).code == 3);
  CHECK(stage.applications() == 0);
  const auto ran = stage.run({"deploy", "demo", "--format", "json"});
  require_ok(ran);
  CHECK(json_of(ran).at("state") == "active");
  CHECK(stage.applications() == core);
  CHECK(stage.store().current_model("test")->value_or("") == "admin/openstack");
  stage.changes();
  require_ok(stage.run({"deploy"}));
  CHECK(stage.changes() == Calls{});
  CHECK(stage.run({"deploy", "--dry-run"}).code == 0);
  CHECK(stage.run({"deploy", "other"}).code == 4);
}

TEST_CASE(
    "what is chosen anew is changed and nothing else, and what is taken back is the charm's own again") {
  JujuStage stage;
  require_ok(stage.run({"deploy"}));
  stage.changes();
  require_ok(stage.run({"deploy", "--channel", "keystone=2025.1/edge"}));
  CHECK(stage.changes() == Calls{"Application.SetCharm", "Charms.AddCharm"});
  CHECK(stage.application("keystone").channel == "2025.1/edge");
  require_ok(stage.run({"deploy", "--config", "keystone.debug=true"}));
  CHECK(stage.application("keystone").config.at("debug") == true);
  CHECK(stage.application("keystone").channel == "2025.1/edge");
  require_ok(stage.run({"deploy", "--scale", "placement=3"}));
  CHECK(stage.application("placement").units.size() == 3);
  stage.changes();
  require_ok(stage.run({"deploy", "--config", "keystone.debug=", "--scale", "placement="}));
  CHECK_FALSE(stage.application("keystone").config.contains("debug"));
  CHECK(stage.application("placement").units.size() == 1);
  CHECK(stage.run({"deploy", "--config", "keystne.debug=true"}).code == 4);
}

TEST_CASE("a manifest is the whole choice; a slip in it is told with its line") {
  JujuStage stage;
  const auto file = stage.folder.path + "/cloud.yaml";
  REQUIRE(write_file(file, "name: demo\nfeatures: [heat]\nscale:\n  placement: 2\n"));
  require_ok(stage.run({"deploy", "--manifest", file}));
  CHECK(stage.applications() > core);
  CHECK(stage.application("placement").units.size() == 2);
  REQUIRE(write_file(file, "name: demo\ntopology: single\n"));
  require_ok(stage.run({"deploy", "--manifest", file}));
  CHECK(stage.application("placement").units.size() == 1);
  REQUIRE(write_file(file, "name: demo\ntopolgy: single\n"));
  const auto slip = stage.run({"deploy", "--manifest", file});
  CHECK(slip.code == 4);
  CHECK_THAT(slip.err, Catch::Contains("cloud.yaml:2") && Catch::Contains("topolgy"));
}

TEST_CASE("a feature comes and goes with its applications, and with what it needs") {
  JujuStage stage;
  require_ok(stage.run({"deploy"}));
  require_ok(stage.run({"enable", "heat"}));
  CHECK(stage.applications() > core);
  stage.changes();
  const auto again = stage.run({"enable", "heat"});
  CHECK_THAT(again.err, Catch::Contains("enabled already"));
  CHECK(stage.changes() == Calls{});
  require_ok(stage.run({"disable", "heat", "--no-prompt"}));
  CHECK(stage.applications() == core);
  CHECK(stage.run({"disable", "keystone", "--no-prompt"}).code == 4);
  CHECK_THAT(stage.run({"enable", "heta"}).err, Catch::Contains("did you mean heat?"));
  require_ok(stage.run({"enable", "manila-cephfs"}));
  const auto needed = stage.run({"disable", "manila", "--no-prompt"});
  CHECK(needed.code == 4);
  CHECK_THAT(needed.err, Catch::Contains("needed by manila-cephfs"));
}

TEST_CASE(
    "a blocked unit is on the screen with its reason, and ends with 4; drift ends with 3 and is repaired") {
  JujuStage stage;
  require_ok(stage.run({"deploy"}));
  controller().with([](testing::World& world) {
    world.story.held["keystone"] = {"blocked", "the database is gone"};
  });
  stage.run({"status"});  // time passes when somebody looks
  const auto blocked = stage.run({"status", "--format", "json"});
  CHECK(blocked.code == 4);
  const auto said = json_of(blocked);
  CHECK(said.at("state") == "blocked");
  CHECK(said.at("problems").at(0).at("what") == "keystone/0");
  CHECK(said.at("problems").at(0).at("why") == "the database is gone");
  controller().with([](testing::World& world) {
    world.story.held.clear();
    world.model_named("openstack").application("keystone").channel = "2024.1/stable";
  });
  stage.run({"status"});
  const auto drifted = stage.run({"status"});
  CHECK(drifted.code == 3);
  CHECK_THAT(drifted.out, Catch::Contains("2024.1/stable") && Catch::Contains("juju microstack refresh"));
  require_ok(stage.run({"refresh"}));
  CHECK(stage.run({"status"}).code == 0);
}

TEST_CASE("the screen of a charmed cloud") {
  JujuStage stage;
  require_ok(stage.run({"deploy", "demo", "--feature", "heat"}));
  const auto ran = stage.run({"status"});
  CHECK(ran.code == 0);
  require_golden(MS_SOURCE_DIR, "status-juju.txt", ran.out);
}

TEST_CASE("what Terraform enabled is left to it, unless it is taken over") {
  JujuStage stage;
  require_ok(stage.run({"deploy", "--feature", "heat"}));
  juju::WebsocketDialer dialer;
  juju::Controller connection(dialer, *stage.store().access());
  juju::ModelView view(connection, "openstack");
  charmed::JujuRecord record(view);
  REQUIRE(charmed::change_record(
      record,
      [](Deployment& deployment) -> Status {
        deployment.components["heat"].by = "terraform";
        return {};
      },
      juju::Limit::of(std::chrono::seconds(20))));
  const auto refused = stage.run({"disable", "heat", "--no-prompt"});
  CHECK(refused.code == 4);
  CHECK_THAT(refused.err, Catch::Contains("managed by terraform"));
  require_ok(stage.run({"disable", "heat", "--no-prompt", "--force"}));
}

TEST_CASE("a deployment that was refused half way is seen, and the next one finishes it") {
  JujuStage stage;
  controller().refuse["Application.DeployFromRepository"] = {"permission denied", "unauthorized access", 1};
  const auto failed = stage.run({"deploy", "demo"});
  CHECK(failed.code != 0);
  CHECK_THAT(failed.err, Catch::Contains("permission denied"));
  const auto seen = stage.run({"status", "--format", "json"});
  CHECK(seen.code == 3);
  CHECK(json_of(seen).at("name") == "demo");
  controller().refuse.clear();
  require_ok(stage.run({"deploy"}));
  CHECK(stage.applications() == core);
}

TEST_CASE("applications are configured by their names; what is set is shown") {
  JujuStage stage;
  require_ok(stage.run({"deploy"}));
  require_ok(stage.run({"config", "keystone", "debug=true", "units=2"}));
  const auto shown = json_of(stage.run({"config", "keystone", "--format", "json"}));
  CHECK(shown.at("keystone").at("debug") == "true");
  CHECK(shown.at("keystone").at("units") == 2);
  CHECK_THAT(stage.run({"config", "keystone", "debug=true"}).err, Catch::Contains("Nothing changes"));
  CHECK(stage.run({"config", "keystne"}).code == 4);
  require_ok(stage.run({"config", "keystone", "debug="}));
  CHECK_FALSE(stage.application("keystone").config.contains("debug"));
}

TEST_CASE("a charmed cloud is exported as a cluster on Juju with its features") {
  JujuStage stage;
  require_ok(stage.run({"deploy", "demo", "--feature", "heat", "--feature", "images-sync", "--scale",
                        "placement=2", "--config", "keystone.debug=true"}));
  const auto ran = stage.run({"export"});
  require_ok(ran);
  require_golden(MS_SOURCE_DIR, "export-juju.tf", ran.out);
}

TEST_CASE("a cloud is found by its id, by -m in both forms, and not where it is not") {
  JujuStage stage;
  require_ok(stage.run({"deploy", "-m", "cloud1"}));
  const auto id = json_of(stage.run({"status", "--format", "json"})).at("id").get<std::string>();
  CHECK(stage.run({"status", "--cluster", id}).code == 0);
  CHECK(stage.run({"status", "-m", "test:admin/cloud1"}).code == 0);
  CHECK(stage.run({"status", "--model=cloud1", "-c", "test"}).code == 0);
  const auto other = stage.run({"status", "-m", "nothing"});
  CHECK(other.code == 4);
  CHECK_THAT(other.out, Catch::Contains("no cloud in model nothing"));
  CHECK(stage.run({"status", "-c", "elsewhere"}).code == 4);
}

TEST_CASE("openrc and dashboard ask the charms; what is printed holds no password") {
  JujuStage stage;
  testing::OpenStackWorld openstack;
  require_ok(stage.run({"deploy", "demo"}));
  const auto admin = openstack.admin();
  controller().with([&](testing::World& world) {
    world.story.actions["get-admin-account"].output = {{"username", admin.user},
                                                       {"password", admin.password.reveal()},
                                                       {"user-domain-name", admin.user_domain},
                                                       {"project-name", admin.project},
                                                       {"project-domain-name", admin.project_domain},
                                                       {"region", admin.region},
                                                       {"public-endpoint", openstack.auth_url()}};
    world.story.actions["get-dashboard-url"].output = {{"url", "http://192.0.2.5/openstack-horizon"}};
  });
  const auto openrc = stage.run({"openrc"});
  require_ok(openrc);
  CHECK_THAT(openrc.out, Catch::Contains("OS_CLOUD=") && !Catch::Contains(admin.password.reveal()));
  const auto dashboard = stage.run({"dashboard"});
  require_ok(dashboard);
  CHECK_THAT(dashboard.out, Catch::Contains("http://192.0.2.5/openstack-horizon"));
}

TEST_CASE(
    "hypervisors of a charmed cloud are what Nova says they are, and what is to be written to have more is "
    "told") {
  JujuStage stage;
  testing::OpenStackWorld openstack;
  openstack.compute_services = {
      {{"binary", "nova-compute"}, {"host", "n1"}, {"state", "up"}, {"status", "enabled"}}};
  require_ok(stage.run({"deploy", "demo"}));
  const auto admin = openstack.admin();
  controller().with([&](testing::World& world) {
    world.story.services["keystone"] = {{"internal", openstack.auth_url()},
                                        {"public", openstack.auth_url()},
                                        {"admin-password", admin.password.reveal()},
                                        {"admin-domain", admin.user_domain}};
  });
  juju::WebsocketDialer dialer;
  auto access = stage.store().access("test");
  REQUIRE(access);
  juju::Controller to(dialer, *access);
  juju::ModelView view(to, "openstack");
  charmed::JujuRecord record(view);
  const auto limit = juju::Limit::of(std::chrono::seconds(30));
  REQUIRE(charmed::change_record(
      record,
      [](Deployment& deployment) -> Status {
        for (const char* name : {"n1", "gone"})
          deployment.members[name] = {name, {"compute"}, "192.0.2.2", Json::object()};
        return {};
      },
      limit));
  const auto nodes = json_of(stage.run({"status", "--format", "json"})).at("nodes");
  REQUIRE(nodes.size() == 2);
  CHECK(nodes[0].at("name") == "gone");
  CHECK(nodes[0].at("state") == "unknown");
  CHECK(nodes[1].at("state") == "up");

  const auto more = stage.run({"add-node", "n2", "--role", "network"});
  CHECK(more.code == 4);
  CHECK_THAT(more.err, Catch::Contains("resource \"microstack_node\" \"n2\"") && Catch::Contains("juju://") &&
                           Catch::Contains("roles      = [\"network\"]"));
  CHECK_THAT(stage.run({"add-node", "n1"}).err, Catch::Contains("in cloud demo already"));
  CHECK_THAT(stage.run({"remove-node", "n1"}).err, Catch::Contains("/n1"));
  CHECK_THAT(stage.run({"remove-node", "n7"}).err, Catch::Contains("has no node n7"));
}

TEST_CASE("a cloud that is looked at again is seen as it is now, by the same login") {
  JujuStage stage;
  require_ok(stage.run({"deploy", "demo"}));
  const auto catalogue = Catalogue::load_embedded();
  REQUIRE(catalogue);
  const auto cluster = JujuCluster::current(*catalogue, {"", "", "", "", std::chrono::milliseconds(1)});
  REQUIRE(cluster);
  REQUIRE(*cluster);
  CHECK((*cluster)->status({}).state == "active");
  auto& password =
      controller().users["admin"].password;  // another from here on: who logs in again is refused
  controller().with([&](testing::World& world) {
    world.story.held["nova/0"] = {"blocked", "no database"};
    password = "another";
  });
  REQUIRE((*cluster)->look_anew());
  CHECK((*cluster)->status({}).state == "blocked");
  controller().with([&](testing::World&) { password = "admin-password"; });
}

TEST_CASE("a support bundle of a charmed cloud has the model's status and no password of the controller") {
  JujuStage stage;
  require_ok(stage.run({"deploy", "demo"}));
  const auto bundle = stage.folder.path + "/bundle.tar.gz";
  require_ok(stage.run({"inspect", "-o", bundle}));
  const auto unpacked = stage.folder.path + "/unpacked";
  std::filesystem::create_directory(unpacked);
  REQUIRE(std::system(("tar -xzf " + bundle + " -C " + unpacked).c_str()) == 0);
  std::string names;
  for (const auto& file : std::filesystem::recursive_directory_iterator(unpacked)) {
    if (!file.is_regular_file()) continue;
    names += file.path().filename().string() + " ";
    CHECK_THAT(read_file(file.path().string())->value_or(""), !Catch::Contains("admin-password"));
  }
  CHECK_THAT(names, Catch::Contains("deployment.json") && Catch::Contains("applications.json"));
}

TEST_CASE("destroy takes all of it when a person says so, and the command line forgets the model") {
  JujuStage stage;
  require_ok(stage.run({"deploy", "--feature", "heat"}));
  CHECK(stage.run({"destroy"}).code == 4);
  CHECK(stage.run({"destroy"}, "no\n").code == 4);
  CHECK(stage.applications() > core);
  require_ok(stage.run({"destroy"}, "openstack\n"));
  controller().with([](testing::World& world) {
    for (const auto& [uuid, model] : world.models) CHECK(model.is_controller);
  });
  CHECK_FALSE(stage.store().current_model("test")->has_value());
  CHECK(stage.run({"status"}).code == 4);
  require_ok(stage.run({"deploy"}));
}

TEST_CASE("every call of the plug-in fits the controller's schemas") {
  CHECK(controller().violations() == std::vector<std::string>{});
}
