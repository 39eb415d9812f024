#include "engine/base/file.h"
#include "tests/hypervisor/running_program.h"

using namespace microstack;
using Kind = Event::Kind;

namespace {

const Json two_steps = {{{"name", "a"}}, {{"name", "b"}, {"config", {{"after", "a"}}}}};

// a waits at the gate, b comes after it.
Json gated(const std::string& gate) {
  return {{{"name", "a"}, {"config", {{"gate", gate}}}}, {{"name", "b"}, {"config", {{"after", "a"}}}}};
}

std::string line_of(const Json& components) {
  return World::profile(components).dump() + "\n";
}

}  // namespace

TEST_CASE("install reads a profile from stdin that stays open, tells every event and leaves the facts true") {
  const World world;
  RunningProgram install(world.folder, {"install", "-"});
  install.type(line_of(two_steps));
  const auto plan = install.until(Kind::plan);
  CHECK(plan.total == 2);
  CHECK_FALSE(plan.run.empty());
  CHECK(install.until(Kind::end, "fact:b").done == 2);
  const auto done = install.until(Kind::done);
  CHECK(done.run == plan.run);
  CHECK(done.result["applied"] == 2);
  CHECK(done.result["facts"]["name"] == "n1");
  CHECK(install.line() == std::nullopt);
  CHECK(install.wait() == 0);
  CHECK(world.has("b"));

  const auto stored = read_file(world.folder + "/state/profile.json").value().value();
  CHECK(stored.find("hunter2") == std::string::npos);
  RunningProgram again(world.folder, {"install"});
  CHECK(again.until(Kind::done).result["held"] == 2);
  CHECK(again.wait() == 0);
}

TEST_CASE("no file that a run leaves holds a secret of the profile, but the secrets' own") {
  const World world;
  RunningProgram install(world.folder, {"install", "-"});
  install.type(line_of(two_steps));
  install.until(Kind::done);
  install.wait();
  int files = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(world.folder)) {
    if (!entry.is_regular_file()) continue;
    ++files;
    INFO(entry.path());
    CHECK(read_file(entry.path()).value().value().find("hunter2") == std::string::npos);
  }
  CHECK(files > 3);
}

TEST_CASE("a second install with an equal profile attaches to the run and sees it from its beginning") {
  const World world;
  const auto gate = world.gate("gate");
  RunningProgram first(world.folder, {"install", "-"});
  first.type(line_of(gated(gate)));
  const auto run = first.until(Kind::begin, "fact:a").run;
  RunningProgram second(world.folder, {"install", "-"});
  second.type(line_of(gated(gate)));
  CHECK(second.until(Kind::plan).run == run);
  second.until(Kind::begin, "fact:a");
  World::open_gate(gate);
  CHECK(second.until(Kind::done).run == run);
  CHECK(first.until(Kind::done).run == run);
  CHECK(first.wait() == 0);
  CHECK(second.wait() == 0);
}

TEST_CASE("an install with another profile is told what is busy, and changes nothing") {
  const World world;
  const auto gate = world.gate("gate");
  RunningProgram first(world.folder, {"install", "-"});
  first.type(line_of(gated(gate)));
  const auto run = first.until(Kind::begin, "fact:a").run;
  RunningProgram second(world.folder, {"install", "-"});
  second.type(line_of(two_steps));
  const auto error = second.until(Kind::error).error.value();
  CHECK(error.what.find("busy: run " + run + ", Make a since ") == 0);
  CHECK(error.has_code("busy"));
  CHECK(second.wait() == 6);
  RunningProgram remove(world.folder, {"remove"});
  CHECK(remove.until(Kind::error).error->has_code("busy"));
  CHECK(remove.wait() == 6);
  World::open_gate(gate);
  first.until(Kind::done);
  CHECK(first.wait() == 0);
}

TEST_CASE("a line on stdin cancels at the next step boundary, and the next install goes on") {
  const World world;
  const auto gate = world.gate("gate");
  {
    RunningProgram install(world.folder, {"install", "-"});
    install.type(line_of(gated(gate)));
    install.until(Kind::begin, "fact:a");
    install.type("{\"cancel\":true}\n");
    install.until(Kind::wait);  // the wish has arrived
    World::open_gate(gate);
    const auto error = install.until(Kind::error);
    CHECK(error.step.empty());
    CHECK(error.error->what == "the run was cancelled with 1 of 2 steps left");
    CHECK(install.wait() == 5);
  }
  CHECK(world.has("a"));
  CHECK_FALSE(world.has("b"));
  RunningProgram install(world.folder, {"install", "-"});
  install.type(line_of(gated(gate)));
  CHECK(install.until(Kind::done).result["held"] == 1);
  CHECK(install.wait() == 0);
  CHECK(world.has("b"));
}

TEST_CASE("SIGTERM to the front cancels as well") {
  const World world;
  const auto gate = world.gate("gate");
  RunningProgram install(world.folder, {"install", "-"});
  install.type(line_of(gated(gate)));
  install.until(Kind::begin, "fact:a");
  install.signal(SIGTERM);
  install.until(Kind::wait);
  World::open_gate(gate);
  install.rest();
  CHECK(install.wait() == 5);
  RunningProgram again(world.folder, {"install"});
  again.until(Kind::done);
  CHECK(again.wait() == 0);
}

TEST_CASE("the run goes on when the connection drops, and can be attached to again") {
  const World world;
  const auto gate = world.gate("gate");
  std::string run;
  {
    RunningProgram first(world.folder, {"install", "-"});
    first.type(line_of(gated(gate)));
    run = first.until(Kind::begin, "fact:a").run;
    SECTION("by the end of stdin and stdout") {
      first.close_in();
      first.close_out();
    }
    SECTION("by the front being killed") {
      first.signal(SIGKILL);
      CHECK(first.wait() == 137);
    }
  }
  RunningProgram second(world.folder, {"install", "-"});
  second.type(line_of(gated(gate)));
  CHECK(second.until(Kind::begin, "fact:a").run == run);
  World::open_gate(gate);
  CHECK(second.until(Kind::done).run == run);
  CHECK(second.wait() == 0);
  CHECK(world.has("b"));
}

TEST_CASE("the end of stdin alone is no wish to stop") {
  const World world;
  const auto gate = world.gate("gate");
  RunningProgram install(world.folder, {"install", "-"});
  install.type(line_of(gated(gate)));
  install.until(Kind::begin, "fact:a");
  install.close_in();
  World::open_gate(gate);
  install.until(Kind::done);
  CHECK(install.wait() == 0);
}

TEST_CASE("a worker killed in the middle leaves a state that the next install goes on from") {
  const World world;
  const auto gate = world.gate("gate");
  {
    RunningProgram install(world.folder, {"install", "-"});
    install.type(line_of(gated(gate)));
    install.until(Kind::begin, "fact:a");
    REQUIRE(::kill(world.worker(), SIGKILL) == 0);
    const auto error = install.until(Kind::error).error.value();
    CHECK(error.kind == ErrorKind::retry);
    CHECK(error.what == "the run was ended from outside");
    CHECK(install.wait() == 5);
  }
  CHECK_FALSE(world.has("a"));
  RunningProgram install(world.folder, {"install"});  // the profile was kept before the first step
  install.until(Kind::begin, "fact:a");
  World::open_gate(gate);
  install.until(Kind::done);
  CHECK(install.wait() == 0);
  CHECK(world.has("b"));
}

TEST_CASE("what left the profile is taken out before the rest is made") {
  const World world;
  for (const Json& components : {two_steps, Json{{{"name", "a"}}, {{"name", "c"}}}}) {
    RunningProgram install(world.folder, {"install", "-"});
    install.type(line_of(components));
    install.until(Kind::done);
    CHECK(install.wait() == 0);
  }
  CHECK(world.has("a"));
  CHECK_FALSE(world.has("b"));
  CHECK(world.has("c"));
}

TEST_CASE("a failure is told as it happens and at the end, and says by its exit code who must act") {
  const World world;
  RunningProgram asks(world.folder, {"install", "-"});
  asks.type(line_of({{{"name", "a"}, {"config", {{"fail", "ask"}}}}, {{"name", "b"}}}));
  CHECK(asks.until(Kind::error, "fact:a").error->kind == ErrorKind::ask);
  const auto last = asks.until(Kind::error);
  CHECK(last.error->text().find("the port is taken") != std::string::npos);
  CHECK(asks.wait() == 4);
  CHECK(world.has("b"));
  RunningProgram breaks(world.folder, {"install", "-"});
  breaks.type(line_of({{{"name", "a"}, {"config", {{"fail", "give_up"}}}}}));
  breaks.rest();
  CHECK(breaks.wait() == 5);
}

TEST_CASE("the prepare stage runs only what is marked, seals, and keeps no profile") {
  const World world;
  RunningProgram install(world.folder, {"install", "-", "--stage", "prepare"});
  install.type(line_of({{{"name", "a"}, {"config", {{"prepare", true}}}}, {{"name", "b"}}}));
  install.until(Kind::done);
  CHECK(install.wait() == 0);
  CHECK(world.has("a"));
  CHECK_FALSE(world.has("b"));
  CHECK(world.has("sealed"));
  CHECK_FALSE(std::filesystem::exists(world.folder + "/state/profile.json"));
}

TEST_CASE("a profile may be YAML up to the end of stdin, JSON over many lines, or a file") {
  const World world;
  const auto profile = World::profile(two_steps);
  {
    RunningProgram install(world.folder, {"install", "-"});
    install.type(profile.dump(2) + "\n");
    install.until(Kind::done);
    CHECK(install.wait() == 0);
  }
  {
    RunningProgram install(world.folder, {"install", "-"});
    install.type("# by hand\n" + profile.dump() + "\n");
    install.close_in();
    install.until(Kind::done);
    CHECK(install.wait() == 0);
  }
  REQUIRE(write_file(world.folder + "/profile.yaml", "node: 1\n"));
  RunningProgram install(world.folder, {"install", world.folder + "/profile.yaml"});
  const auto error = install.until(Kind::error).error.value();
  CHECK(error.text().find("profile.yaml:1") != std::string::npos);
  CHECK(install.wait() == 4);
}
