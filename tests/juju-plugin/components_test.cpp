#include "tests/juju-plugin/stage.h"

using namespace microstack;
using namespace microstack::plugin;

TEST_CASE("a component is enabled where the deployment is kept, with who did it") {
  Stage stage;
  const auto ran = stage.run({"enable", "heat"});
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(stage.calls("install -") == 1);
  const auto deployment = stage.deployment();
  REQUIRE(deployment.components.contains("heat"));
  CHECK(deployment.components.at("heat").by == "juju-plugin");
  CHECK(stage.run({"enable", "heat"}).code == 0);
  CHECK(stage.calls("install -") == 1);  // nothing was left to do
}

TEST_CASE("what Terraform manages is left to it, unless it is taken over") {
  Stage stage;
  const auto refused = stage.run({"config", "horizon", "session_timeout=60"});
  CHECK(refused.code == 4);
  CHECK_THAT(refused.err, Catch::Contains("managed by terraform"));
  CHECK(stage.calls("install -") == 0);
  CHECK(stage.run({"config", "horizon", "session_timeout=60", "--force"}).code == 0);
  const auto deployment = stage.deployment();
  CHECK(deployment.components.at("horizon").by == "juju-plugin");
  CHECK(deployment.components.at("horizon").config.at("session_timeout") == 60);
}

TEST_CASE("a configuration is read by its types, and slips are named") {
  Stage stage;
  const auto number = stage.run({"config", "horizon", "session_timeout=soon", "--force"});
  CHECK(number.code == 4);
  CHECK_THAT(number.err, Catch::Contains("number"));
  const auto key = stage.run({"config", "horizon", "sesion_timeout=1", "--force"});
  CHECK_THAT(key.err, Catch::Contains("did you mean session_timeout?"));
  const auto component = stage.run({"enable", "horizn"});
  CHECK(component.code == 4);
  CHECK_THAT(component.err, Catch::Contains("did you mean horizon?"));
  CHECK(stage.calls("install -") == 0);
}

TEST_CASE("configuration is shown with its defaults") {
  Stage stage;
  const auto ran = stage.run({"config", "horizon", "--format", "json"});
  CHECK(ran.code == 0);
  CHECK(Json::parse(ran.out).at("horizon").at("session_timeout") == 3600);
}

TEST_CASE("a component is disabled when a person says so, and its record is gone") {
  Stage stage;
  REQUIRE(stage.run({"enable", "heat"}).code == 0);
  CHECK(stage.run({"disable", "heat"}, "no\n").code == 4);
  CHECK(stage.deployment().components.contains("heat"));
  CHECK(stage.run({"disable", "heat", "--no-prompt"}).code == 0);
  CHECK_FALSE(stage.deployment().components.contains("heat"));
  CHECK(stage.run({"disable", "heat", "--no-prompt"}).code == 0);
  CHECK(stage.run({"disable", "keystone", "--no-prompt"}).code == 4);
}

TEST_CASE("an installation that fails ends with 5 and its reason, and writes nothing down") {
  Stage stage;
  stage.world["fail"] = "the disk is full";
  stage.tell();
  const auto ran = stage.run({"enable", "heat"});
  CHECK(ran.code == 5);
  CHECK_THAT(ran.err, Catch::Contains("the disk is full"));
  CHECK_FALSE(stage.deployment().components.contains("heat"));
}

TEST_CASE("refresh installs what is recorded and notes the catalogue it was done with") {
  Stage stage;
  CHECK(stage.run({"refresh"}).code == 0);
  CHECK(stage.calls("install -") == 1);
  CHECK(stage.deployment().catalogue_version == Catalogue::load_embedded()->version());
}
