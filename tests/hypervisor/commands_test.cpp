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
  for (const char* verb : {"status", "plan", "upgrade", "renew"}) {
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

TEST_CASE("upgrade names what this program adds, changes and no longer has, and then carries it out") {
  const World world;
  install(world);
  const auto plan = [&] {
    RunningProgram program(world.folder, {"upgrade", "--plan"});
    const auto text = program.rest();
    return std::pair(Json::parse(text, nullptr, false), program.wait());
  };
  CHECK(plan().second == 0);
  // As an older program would have left it.
  REQUIRE(write_file(world.folder + "/state/plan.json",
                     R"({"program":"0.0.1","catalogue":"x","steps":{"fact:a":{"old":true},"fact:z":{}}})"));
  const auto [found, code] = plan();
  CHECK(code == 3);
  CHECK(found["from"]["program"] == "0.0.1");
  CHECK(found["changes"] == Json{{{"change", "changed"}, {"step", "fact:a"}},
                                 {{"change", "added"}, {"step", "fact:b"}},
                                 {{"change", "gone"}, {"step", "fact:z"}}});
  RunningProgram upgrade(world.folder, {"upgrade"});
  upgrade.until(Kind::done);
  CHECK(upgrade.wait() == 0);
  CHECK(plan().second == 0);
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
  for (const auto& words :
       std::vector<std::vector<std::string>>{{},
                                             {"instal"},
                                             {"install", "--stage", "half"},
                                             {"status", "--events", "xml"},
                                             {"deployment"},
                                             {"deployment", "edit"},
                                             {"machine", "exec", "demo", "demo-1"},
                                             {"machine", "exec", "demo", "demo-1", "--"}}) {
    RunningProgram program(world.folder, words);
    CHECK(program.wait() == 2);
  }
  RunningProgram help(world.folder, {"--help"});
  CHECK(help.rest().find("deployment") != std::string::npos);
  CHECK(help.wait() == 0);
}
