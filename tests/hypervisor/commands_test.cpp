#include "engine/base/file.h"
#include "tests/hypervisor/running_program.h"

using namespace microstack;
using Kind = Event::Kind;

namespace {

const Json two_steps = {{{"name", "a"}}, {{"name", "b"}, {"config", {{"after", "a"}}}}};

void install(const World& world) {
  RunningProgram program(world.folder, {"install", "-"});
  program.type(World::profile(two_steps).dump() + "\n");
  program.until(Kind::done);
  REQUIRE(program.wait() == 0);
}

}  // namespace

TEST_CASE("status says what differs, as JSON and by its exit code") {
  const World world;
  install(world);
  RunningProgram same(world.folder, {"status"});
  CHECK(Json::parse(same.rest())["differences"].empty());
  CHECK(same.wait() == 0);
  std::filesystem::remove(world.folder + "/state/world/b");
  RunningProgram differs(world.folder, {"status"});
  CHECK(Json::parse(differs.rest())["differences"] == Json{"b is missing"});
  CHECK(differs.wait() == 3);
  CHECK_FALSE(world.has("b"));
}

TEST_CASE("status, plan and remove of a node that was never installed") {
  const World world;
  for (const char* verb : {"status", "plan"}) {
    RunningProgram program(world.folder, {verb});
    CHECK(program.until(Kind::error).error->fix == "microstack-hypervisor install PROFILE");
    CHECK(program.wait() == 4);
  }
  RunningProgram remove(world.folder, {"remove"});
  CHECK(remove.until(Kind::done).result["steps"] == 0);
  CHECK(remove.wait() == 0);
}

TEST_CASE("plan prints the steps without touching anything") {
  const World world;
  RunningProgram plan(world.folder, {"plan", "-"});
  plan.type(World::profile(two_steps).dump());
  plan.close_in();
  CHECK(plan.rest() == "fact:a\nfact:b  <- fact:a  {\"after\":\"a\"}\n");
  CHECK(plan.wait() == 0);
  CHECK_FALSE(std::filesystem::exists(world.folder + "/state"));
}

TEST_CASE("remove undoes every step and leaves nothing of the installation") {
  const World world;
  install(world);
  RunningProgram remove(world.folder, {"remove"});
  remove.until(Kind::done);
  CHECK(remove.wait() == 0);
  CHECK_FALSE(world.has("a"));
  CHECK_FALSE(std::filesystem::exists(world.folder + "/state/profile.json"));
  RunningProgram again(world.folder, {"remove"});
  again.rest();
  CHECK(again.wait() == 0);
}

TEST_CASE("a deployment is shown, and edited only on top of the revision that was seen") {
  const World world;
  RunningProgram none(world.folder, {"deployment", "show"});
  none.rest();
  CHECK(none.wait() == 4);
  const auto edit = [&](const std::string& revision, const std::string& patch, int expected) {
    RunningProgram program(world.folder, {"deployment", "edit", "--if-match", revision});
    program.type(patch);
    program.close_in();
    program.rest();
    CHECK(program.wait() == expected);
  };
  edit("0", R"({"cluster":{"name":"demo"}})", 0);
  edit("0", R"({"cluster":{"name":"other"}})", 6);
  edit("1", R"({"nonsense":1})", 4);
  edit("1", "not json", 4);
  edit("1", R"({"components":{"heat":{"by":"terraform"}}})", 0);
  RunningProgram show(world.folder, {"deployment", "show"});
  const auto shown = Json::parse(show.rest());
  CHECK(shown["revision"] == 2);
  CHECK(shown["cluster"]["name"] == "demo");
  CHECK(shown["components"]["heat"]["by"] == "terraform");
}

TEST_CASE("a wrong word on the command line is exit code 2") {
  const World world;
  for (const auto& words : std::vector<std::vector<std::string>>{{},
                                                                 {"instal"},
                                                                 {"install", "--stage", "half"},
                                                                 {"status", "--events", "xml"},
                                                                 {"deployment"},
                                                                 {"deployment", "edit"}}) {
    RunningProgram program(world.folder, words);
    CHECK(program.wait() == 2);
  }
  RunningProgram help(world.folder, {"--help"});
  CHECK(help.rest().find("deployment") != std::string::npos);
  CHECK(help.wait() == 0);
}
