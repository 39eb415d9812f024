#include "tests/juju-plugin/stage.h"

using namespace microstack;
using namespace microstack::plugin;

namespace {

const std::string source = MS_SOURCE_DIR;

// A host whose Nova does not hear of n2 any more.
void add_dead_node(Stage& stage) {
  auto deployment = stage.deployment();
  deployment.members["n2"] = {"n2", {"compute"}, "192.0.2.12"};
  stage.put(deployment);
  stage.openstack.compute_services.push_back(
      {{"binary", "nova-compute"}, {"host", "n2"}, {"state", "down"}, {"status", "enabled"}});
}

}  // namespace

TEST_CASE("a healthy cloud is one screen, and ends with 0") {
  Stage stage;
  const auto ran = stage.run({"status"});
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(ran.err.empty());
  require_golden(source, "status-healthy.txt", ran.out);
}

TEST_CASE("JSON and YAML tell the same as the table") {
  Stage stage;
  const auto json = stage.run({"status", "--format", "json"});
  require_golden(source, "status-healthy.json", json.out);
  const auto yaml = stage.run({"status", "--format=yaml"});
  require_golden(source, "status-healthy.yaml", yaml.out);
  CHECK(json.code == 0);
  CHECK(yaml.code == 0);
}

TEST_CASE("a service whose health check fails is blocked, says why and what to do, and ends with 4") {
  Stage stage;
  stage.world["differences"] = {
      {{"component", "nova"}, {"step", "unit:nova-scheduler"}, {"text", "unit nova-scheduler is failed"}},
      {{"component", "nova"}, {"step", "health:nova"}, {"text", "compute service is down"}}};
  stage.tell();
  const auto ran = stage.run({"status"});
  CHECK(ran.code == 4);
  require_golden(source, "status-blocked.txt", ran.out);
}

TEST_CASE("what differs without harm is drift, and ends with 3") {
  Stage stage;
  stage.world["differences"] = {{{"component", "glance"},
                                 {"step", "file:/etc/glance/glance-api.conf"},
                                 {"text", "/etc/glance/glance-api.conf has other contents"}}};
  stage.tell();
  const auto ran = stage.run({"status", "--format", "json"});
  CHECK(ran.code == 3);
  const auto said = Json::parse(ran.out);
  CHECK(said.at("state") == "drifted");
  CHECK(said.at("problems").at(0).at("what") == "glance");
}

TEST_CASE("a node that does not report is down, and ends with 4") {
  Stage stage;
  add_dead_node(stage);
  const auto ran = stage.run({"status"});
  CHECK(ran.code == 4);
  require_golden(source, "status-node-down.txt", ran.out);
}

TEST_CASE("a control node that does not answer is told as what is in the way; status itself does not fail") {
  Stage stage;
  stage.world["dies"] = true;
  stage.tell();
  const auto ran = stage.run({"status", "--format", "json", "--cluster", "demo"});
  CHECK(ran.code == 4);
  const auto said = Json::parse(ran.out);
  CHECK(said.at("state") == "down");
  CHECK_THAT(said.at("problems").at(0).at("why").get<std::string>(), Catch::Contains("139"));
  CHECK(said.at("services").at(0).at("state") == "unknown");
}
