#include "tests/juju-plugin/stage.h"

using namespace microstack;
using namespace microstack::plugin;

namespace {

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> all;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

}  // namespace

TEST_CASE("--description is one line, as juju asks of a plug-in") {
  Stage stage;
  const auto ran = stage.run({"--description"});
  CHECK(ran.code == 0);
  CHECK(lines(ran.out).size() == 1);
}

TEST_CASE("help names every verb, and every verb's help names all it takes") {
  Stage stage;
  const auto help = stage.run({"--help"});
  CHECK(help.code == 0);
  for (const auto& verb : verbs()) {
    CHECK_THAT(help.out, Catch::Contains(verb.name));
    for (const auto& words : {std::vector<std::string>{verb.name, "--help"}, {"--help", verb.name}}) {
      const auto ran = stage.run(words);
      INFO(verb.name << ": " << ran.err);
      CHECK(ran.code == 0);
      CHECK_THAT(ran.out, Catch::Contains(verb.summary.substr(0, 20)));
      for (const auto& parameter : verb.parameters)
        CHECK_THAT(ran.out, Catch::Contains(parameter.name.substr(parameter.name.rfind(',') + 1)));
    }
  }
}

TEST_CASE("the verbs are those that are promised") {
  std::vector<std::string> names;
  for (const auto& verb : verbs()) names.push_back(verb.name);
  for (const char* name :
       {"add-node", "bootstrap", "config", "configure", "dashboard", "deploy", "destroy", "disable", "enable",
        "export", "inspect", "launch", "openrc", "refresh", "remove-node", "status"})
    CHECK_THAT(names, Catch::VectorContains(std::string(name)));
}

TEST_CASE("what cannot be read on the command line ends with 2") {
  Stage stage;
  CHECK(stage.run({}).code == 2);
  CHECK(stage.run({"statsu"}).code == 2);
  CHECK(stage.run({"status", "--format", "xml"}).code == 2);
  CHECK(stage.run({"enable"}).code == 2);
}

TEST_CASE(
    "-m and -c are taken before and behind the verb, in one word and in two, and from juju's environment") {
  Stage stage;
  for (const auto& words : {std::vector<std::string>{"status", "-m", "demo"},
                            {"-m", "demo", "status"},
                            {"status", "--model=demo"},
                            {"status", "-m", "ctl:admin/demo", "-c", "ctl"}})
    CHECK(stage.run(words).code == 0);
  const auto other = stage.run({"status", "-m", "other"});
  CHECK(other.code == 4);
  CHECK_THAT(other.err, Catch::Contains("other"));
  ::setenv("JUJU_MODEL", "other", 1);
  CHECK(stage.run({"status"}).code == 4);
  ::unsetenv("JUJU_MODEL");
}

TEST_CASE("several clouds and none that was named: the error lists them") {
  Stage stage;
  stage.world["machines"] = {
      {{"cluster", "second"}, {"name", "second-1"}, {"state", "running"}, {"leader", 1}}};
  stage.tell();
  const auto ran = stage.run({"status"});
  CHECK(ran.code == 4);
  CHECK_THAT(ran.err, Catch::Contains("demo, second") && Catch::Contains("--cluster demo"));
  CHECK(stage.run({"status", "--cluster", "demo"}).code == 0);
}

TEST_CASE("a cluster id names one cloud; another one of that name is told apart") {
  Stage stage;
  CHECK(stage.run({"status", "--cluster", stage.id}).code == 0);
  const auto other =
      stage.run({"status", "--cluster", "microstack://demo@192.0.2.99/ffffffffffffffffffffffffffffffff"});
  CHECK(other.code == 4);
  CHECK_THAT(other.err, Catch::Contains("another cloud has the name demo"));
}

TEST_CASE("completion offers verbs, options, components and formats") {
  Stage stage;
  CHECK(lines(stage.run({"__complete", "sta"}).out) == std::vector<std::string>{"status"});
  CHECK(lines(stage.run({"__complete", "enable", "hor"}).out) == std::vector<std::string>{"horizon"});
  CHECK(lines(stage.run({"__complete", "status", "--format", ""}).out) ==
        std::vector<std::string>{"table", "json", "yaml"});
  CHECK(lines(stage.run({"__complete", "-m", ""}).out) == std::vector<std::string>{"demo"});
  CHECK_THAT(lines(stage.run({"__complete", "-m", "demo", "destroy", "--no"}).out),
             Catch::VectorContains(std::string("--no-prompt")));
  CHECK(stage.run({"__complete", "nonsense", ""}).code == 0);
}

TEST_CASE("bash completion is shell text that bash takes") {
  Stage stage;
  const auto ran = stage.run({"completion"});
  REQUIRE(write_file(stage.folder + "/completion", ran.out));
  CHECK(std::system(("bash -n " + stage.folder + "/completion").c_str()) == 0);
}

TEST_CASE("nothing is lost without a word from a person: typed rightly, typed wrongly, nobody there") {
  Stage stage;
  CHECK(stage.run({"destroy"}).code == 4);
  CHECK(stage.run({"destroy"}, "no\n").code == 4);
  CHECK(stage.calls("remove") == 0);
  const auto ran = stage.run({"destroy"}, "demo\n");
  INFO(ran.err);
  CHECK(ran.code == 0);
  CHECK(stage.calls("remove") == 1);
}

TEST_CASE("a protected cloud is not destroyed") {
  Stage stage;
  auto deployment = stage.deployment();
  deployment.wish["deletion_protection"] = true;
  stage.put(deployment);
  const auto ran = stage.run({"destroy", "--no-prompt"});
  CHECK(ran.code == 4);
  CHECK_THAT(ran.err, Catch::Contains("deletion_protection = false"));
  CHECK(stage.calls("remove") == 0);
  CHECK(stage.run({"destroy", "--yes", "--force"}).code == 0);
}

TEST_CASE("bootstrap wants the host key of a node and free addresses, and prints its plan") {
  Stage stage;
  const std::vector<std::string> addresses = {"--load-balancer", "192.0.2.20-192.0.2.40"};
  const auto unknown = stage.run({"bootstrap", "ubuntu@192.0.2.5", addresses[0], addresses[1]});
  CHECK(unknown.code == 4);
  CHECK_THAT(unknown.err, Catch::Contains("--host-key"));
  CHECK(stage.run({"bootstrap", "localhost"}).code == 2);
  CHECK(stage.run({"bootstrap", "localhost", "--load-balancer", "everywhere", "--dry-run"}).code == 4);
  const auto plan = stage.run({"bootstrap", "localhost", "lab", addresses[0], addresses[1], "--dry-run"});
  CHECK(plan.code == 0);
  CHECK_THAT(plan.out, Catch::Contains("addon:metallb") && Catch::Contains("controller:lab"));
}
