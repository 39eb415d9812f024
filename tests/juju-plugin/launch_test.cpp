#include "tests/juju-plugin/stage.h"

using namespace microstack;
using namespace microstack::plugin;

namespace {

const std::vector<std::string> networks = {
    "configure", "--cidr", "172.24.4.0/24", "--gateway", "172.24.4.1", "--pool", "172.24.4.100-172.24.4.200"};

}  // namespace

TEST_CASE("configure makes networks and what a VM needs; again it finds them") {
  Stage stage;
  const auto ran = stage.run(networks);
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  CHECK(stage.openstack.all("networks").size() == 2);
  CHECK(stage.openstack.all("routers").size() == 1);
  CHECK(stage.run(networks).code == 0);
  CHECK(stage.openstack.all("networks").size() == 2);
}

TEST_CASE("a cloud whose external addresses nobody knows asks for them") {
  Stage stage;
  const auto ran = stage.run({"launch"});
  CHECK(ran.code == 4);
  CHECK_THAT(ran.err, Catch::Contains("--cidr"));
}

TEST_CASE("launch starts the next VM, waits until it answers, and prints how to log in") {
  Stage stage;
  REQUIRE(write_file(stage.folder + "/.ssh/id_ed25519.pub", "ssh-ed25519 AAAA me\n"));
  REQUIRE(stage.run(networks).code == 0);
  const auto first = stage.run({"launch", "--format", "json"});
  INFO(first.err);
  REQUIRE(first.code == 0);
  const auto said = Json::parse(first.out);
  CHECK(said.at("server") == "vm-1");
  CHECK_THAT(said.at("login").get<std::string>(),
             Catch::Equals("ssh -i " + stage.folder + "/.ssh/id_ed25519 root@" +
                           said.at("floating_ip").get<std::string>()));
  CHECK(said.at("steps").size() == 4);
  const auto second = stage.run({"launch"});
  CHECK(second.code == 0);
  CHECK_THAT(second.out, Catch::Contains("vm-2"));
  CHECK(stage.openstack.all("servers").size() == 2);
}

TEST_CASE("a VM that never answers is told with the end of its console, within the limit") {
  Stage stage;
  REQUIRE(stage.run(networks).code == 0);
  stage.answering = "nothing";
  const auto ran = stage.run({"launch", "--wait", "1"});
  CHECK(ran.code == 5);
  CHECK_THAT(ran.err, Catch::Contains("ssh on 172.24.4.") && Catch::Contains("ready"));
}

TEST_CASE("a flavor that is not there is named beside those that are") {
  Stage stage;
  REQUIRE(stage.run(networks).code == 0);
  const auto ran = stage.run({"launch", "--flavor", "huge"});
  CHECK(ran.code == 4);
  CHECK_THAT(ran.err, Catch::Contains("no flavor huge") && Catch::Contains("m1.tiny"));
}

TEST_CASE("openrc prints no secret: it names the file that holds one") {
  Stage stage;
  const auto ran = stage.run({"openrc"});
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  const auto path = stage.folder + "/.config/microstack/demo/clouds.yaml";
  CHECK(ran.out == "export OS_CLIENT_CONFIG_FILE='" + path + "'\nexport OS_CLOUD='demo'\n");
  CHECK(stage.run({"openrc", "--path"}).out == path + "\n");
  const auto yaml = read_file(path);
  REQUIRE(yaml);
  CHECK_THAT(yaml->value_or(""), Catch::Contains("application_credential_secret"));
  CHECK((std::filesystem::status(path).permissions() & std::filesystem::perms::all) ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
}

TEST_CASE("the dashboard is named with who logs in; the password only when asked for") {
  Stage stage;
  const auto ran = stage.run({"dashboard"});
  CHECK(ran.code == 0);
  CHECK_THAT(ran.out, Catch::Contains("https://192.0.2.10") && !Catch::Contains("opensesame"));
  CHECK_THAT(stage.run({"dashboard", "--password"}).out, Catch::Contains("opensesame"));
}
