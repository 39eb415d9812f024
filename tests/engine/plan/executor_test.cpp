#include "engine/plan/executor.h"

#include <catch2/catch.hpp>
#include <condition_variable>
#include <filesystem>
#include <latch>

#include "engine/plan/retrying.h"
#include "tests/engine/plan/fake_step.h"
#include "tests/support/temporary_folder.h"

using namespace microstack;
using State = StepOutcome::State;

namespace {

// Builds a plan of fake steps; `get` changes how one behaves.
struct Bench {
  FakeWorld world;
  Plan plan;
  std::map<std::string, FakeStep*> steps;
  std::vector<Event> events;
  RunOptions options;

  Bench() {
    options.run = "r1";
    options.events = [this](const Event& event) { events.push_back(event); };
  }
  FakeStep& add(const std::string& id, std::vector<std::string> after = {}) {
    auto step = std::make_unique<FakeStep>(world, id);
    auto& made = *step;
    steps[id] = &made;
    plan.add(std::move(step), std::move(after));
    return made;
  }
  static State state(const std::vector<StepOutcome>& outcomes, const std::string& id) {
    for (const auto& outcome : outcomes)
      if (outcome.id == id) return outcome.state;
    throw std::logic_error("no step " + id);
  }
};

Status boom(StepContext&) {
  return give_up("boom");
}

}  // namespace

TEST_CASE("every step runs after all it waits for, is checked, applied and checked again") {
  Bench bench;
  bench.add("d", {"b", "c"});
  bench.add("b", {"a"});
  bench.add("c", {"a"});
  bench.add("a");
  const auto outcome = execute(bench.plan, bench.options);
  REQUIRE(outcome.ok());
  auto& world = bench.world;
  CHECK(world.at("apply a") < world.at("check b"));
  CHECK(world.at("apply b") < world.at("check d"));
  CHECK(world.at("apply c") < world.at("check d"));
  for (const char* id : {"a", "b", "c", "d"}) {
    CHECK(world.count(std::string("check ") + id) == 2);
    CHECK(world.count(std::string("apply ") + id) == 1);
    CHECK(Bench::state(outcome.steps, id) == State::applied);
  }
  CHECK(outcome.steps[0].id == "d");
  CHECK(outcome.steps[0].difference == "d is missing");
}

TEST_CASE("a second run only looks") {
  Bench bench;
  bench.add("a");
  bench.add("b", {"a"});
  REQUIRE(execute(bench.plan, bench.options).ok());
  bench.world.calls.clear();
  const auto outcome = execute(bench.plan, bench.options);
  CHECK(outcome.ok());
  CHECK(bench.world.calls == std::vector<std::string>{"check a", "check b"});
  CHECK(Bench::state(outcome.steps, "a") == State::held);
}

TEST_CASE("a failure holds back only what depends on it") {
  Bench bench;
  bench.add("a").on_apply = boom;
  bench.add("b", {"a"});
  bench.add("c", {"b"});
  bench.add("x");
  bench.add("y", {"x"});
  const auto outcome = execute(bench.plan, bench.options);
  REQUIRE_FALSE(outcome.ok());
  CHECK(Bench::state(outcome.steps, "a") == State::failed);
  CHECK(Bench::state(outcome.steps, "b") == State::skipped);
  CHECK(Bench::state(outcome.steps, "c") == State::skipped);
  CHECK(Bench::state(outcome.steps, "y") == State::applied);
  CHECK(outcome.error->what == "the run: 1 of 5 steps failed, 2 wait for them");
  REQUIRE(outcome.error->causes.size() == 1);
  CHECK(outcome.error->causes[0].text() == "Make a\n  boom");
  CHECK(bench.world.count("check b") == 0);
}

TEST_CASE("the kind of all failures together is that a person is asked when one of them needs it") {
  Bench bench;
  bench.add("a").on_apply = boom;
  bench.add("b").on_apply = [](StepContext&) -> Status { return ask("disk full", {}, {}, {"disk"}); };
  const auto outcome = execute(bench.plan, bench.options);
  CHECK(outcome.error->kind == ErrorKind::ask);
}

TEST_CASE("an apply that its own check does not believe is an error") {
  Bench bench;
  bench.add("a").believed = false;
  bench.add("b", {"a"});
  const auto outcome = execute(bench.plan, bench.options);
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error->text().find("does not hold: a is missing") != std::string::npos);
  CHECK(Bench::state(outcome.steps, "b") == State::skipped);
}

TEST_CASE("an exception in a step is an error of that step") {
  Bench bench;
  bench.add("a").on_apply = [](StepContext&) -> Status { throw std::runtime_error("thrown"); };
  bench.add("b");
  const auto outcome = execute(bench.plan, bench.options);
  CHECK(outcome.error->text().find("thrown") != std::string::npos);
  CHECK(Bench::state(outcome.steps, "b") == State::applied);
}

TEST_CASE("steps run side by side, but never more than asked for") {
  Bench bench;
  std::atomic<int> running{0}, most{0};
  std::latch together(3);
  for (int i = 0; i < 12; ++i)
    bench.add("s" + std::to_string(i)).on_apply = [&, i](StepContext&) {
      const int now = ++running;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      if (i < 3) together.arrive_and_wait();  // ends only when three run at once
      --running;
      return Status();
    };
  bench.options.parallelism = 3;
  CHECK(execute(bench.plan, bench.options).ok());
  CHECK(most == 3);
}

TEST_CASE("cancelling ends the run at the next step boundary and the next run goes on") {
  Bench bench;
  std::stop_source stop;
  bench.add("a").on_apply = [&](StepContext& context) {
    stop.request_stop();
    return context.stop.stop_requested() ? Status() : Status(give_up("the token was not handed on"));
  };
  bench.add("b", {"a"});
  bench.add("c", {"b"});
  bench.options.stop = stop.get_token();
  const auto outcome = execute(bench.plan, bench.options);
  REQUIRE_FALSE(outcome.ok());
  CHECK(outcome.error->kind == ErrorKind::retry);
  CHECK(outcome.error->what == "the run was cancelled with 2 of 3 steps left");
  CHECK(Bench::state(outcome.steps, "a") == State::applied);
  CHECK(Bench::state(outcome.steps, "b") == State::cancelled);
  CHECK(Bench::state(outcome.steps, "c") == State::skipped);
  CHECK(bench.world.count("apply b") == 0);
  bench.options.stop = {};
  const auto second = execute(bench.plan, bench.options);
  CHECK(second.ok());
  CHECK(Bench::state(second.steps, "a") == State::held);
}

TEST_CASE("a step that gives up because of the cancelling is cancelled, not failed") {
  Bench bench;
  std::stop_source stop;
  bench.add("a").on_apply = [&](StepContext&) -> Status {
    stop.request_stop();
    return retry("interrupted");
  };
  bench.options.stop = stop.get_token();
  const auto outcome = execute(bench.plan, bench.options);
  CHECK(Bench::state(outcome.steps, "a") == State::cancelled);
  CHECK(outcome.error->what.find("was cancelled") != std::string::npos);
}

TEST_CASE("events come one at a time, begin with the plan, and count the steps") {
  Bench bench;
  std::atomic<int> inside{0};
  bool overlapped = false;
  bench.options.events = [&](const Event& event) {
    if (++inside != 1) overlapped = true;
    bench.events.push_back(event);
    --inside;
  };
  for (int i = 0; i < 40; ++i)
    bench.add("s" + std::to_string(i)).on_apply = [](StepContext& context) {
      for (int k = 0; k < 5; ++k) context.progress(k, 5, {});
      context.waiting("the port 80");
      context.waiting({});
      return Status();
    };
  REQUIRE(execute(bench.plan, bench.options).ok());
  CHECK_FALSE(overlapped);
  REQUIRE(bench.events.front().kind == Event::Kind::plan);
  CHECK(bench.events.front().total == 40);
  std::int64_t done = 0;
  double t = 0;
  for (const auto& event : bench.events) {
    CHECK(event.run == "r1");
    CHECK(event.t >= t);
    t = event.t;
    if (event.kind == Event::Kind::end) CHECK(event.done == ++done);
    if (event.kind == Event::Kind::wait) CHECK(event.waiting_for == "the port 80");
  }
  CHECK(done == 40);
}

TEST_CASE("the time left is told from the journal, and not told where too little is known") {
  const testing::TemporaryFolder folder;
  {
    auto journal = Journal::open(folder.path + "/journal");
    REQUIRE(journal);
    Bench first;
    first.options.journal = &*journal;
    first.add("a");
    first.add("b", {"a"});
    execute(first.plan, first.options);
    CHECK(first.events.front().eta_s < 0);
    CHECK(journal->last_seconds("a") >= 0);
    journal->end("r0", "a", 30);
    journal->end("r0", "b", 12);
    Bench second;
    second.options.journal = &*journal;
    second.add("a");
    second.add("b", {"a"});
    execute(second.plan, second.options);
    CHECK(second.events.front().eta_s == 42);
    CHECK(second.events.back().eta_s == 0);
  }
}

TEST_CASE("the longest way goes first") {
  const testing::TemporaryFolder folder;
  {
    auto journal = Journal::open(folder.path + "/journal");
    REQUIRE(journal);
    journal->end("r0", "short", 1);
    journal->end("r0", "long", 2);
    journal->end("r0", "last", 50);
    Bench bench;
    bench.options.journal = &*journal;
    bench.options.parallelism = 1;
    bench.add("short");
    bench.add("long");
    bench.add("last", {"long"});
    execute(bench.plan, bench.options);
    CHECK(bench.world.at("apply last") < bench.world.at("apply short"));
  }
}

TEST_CASE("looking changes nothing and tells every difference in plan order") {
  Bench bench;
  bench.add("b", {"a"});
  bench.add("a");
  bench.world.holds["a"] = true;
  auto findings = examine(bench.plan, bench.options);
  CHECK(findings.differences == std::vector<std::string>{"b is missing"});
  CHECK_FALSE(findings.error);
  CHECK(bench.world.count("apply a") + bench.world.count("apply b") == 0);
  bench.world.holds["a"] = false;
  findings = examine(bench.plan, bench.options);
  CHECK(findings.differences == std::vector<std::string>{"b is missing", "a is missing"});
}

namespace {

// A step that cannot look.
class Blind : public FakeStep {
 public:
  using FakeStep::FakeStep;
  Result<Truth> check(StepContext&) override { return retry("cannot connect"); }
};

}  // namespace

TEST_CASE("a look that fails is an error, but not behind a fact that does not hold") {
  Bench bench;
  bench.add("server");
  bench.plan.add(std::make_unique<Blind>(bench.world, "table"), {"server"});
  auto findings = examine(bench.plan, bench.options);
  CHECK_FALSE(findings.error);
  CHECK(findings.differences == std::vector<std::string>{"server is missing"});
  CHECK(Bench::state(findings.steps, "table") == State::skipped);
  bench.world.holds["server"] = true;
  findings = examine(bench.plan, bench.options);
  REQUIRE(findings.error);
  CHECK(findings.error->text().find("cannot connect") != std::string::npos);
}

TEST_CASE("undoing goes backwards, and a failure holds back only what it stands on") {
  Bench bench;
  bench.add("a");
  bench.add("b", {"a"});
  bench.add("c", {"b"}).on_undo = boom;
  bench.add("d", {"a"});
  bench.add("x");
  const auto outcome = unwind(bench.plan, bench.options);
  REQUIRE_FALSE(outcome.ok());
  CHECK(Bench::state(outcome.steps, "c") == State::failed);
  CHECK(Bench::state(outcome.steps, "b") == State::skipped);
  CHECK(Bench::state(outcome.steps, "a") == State::skipped);
  CHECK(Bench::state(outcome.steps, "d") == State::applied);
  CHECK(Bench::state(outcome.steps, "x") == State::applied);
  bench.steps["c"]->on_undo = [](StepContext&) { return Status(); };
  bench.world.calls.clear();
  REQUIRE(unwind(bench.plan, bench.options).ok());
  CHECK(bench.world.at("undo c") < bench.world.at("undo b"));
  CHECK(bench.world.at("undo b") < bench.world.at("undo a"));
  CHECK(bench.world.at("undo d") < bench.world.at("undo a"));
}

TEST_CASE("a broken plan is an error before anything is touched") {
  Bench bench;
  bench.add("a", {"b"});
  bench.add("b", {"a"});
  CHECK_FALSE(execute(bench.plan, bench.options).ok());
  CHECK(bench.world.calls.empty());
}

TEST_CASE("a retried step is applied again while that may help, and only then") {
  FakeWorld world;
  const auto make = [&](ErrorKind kind, int failures) {
    auto step = std::make_unique<FakeStep>(world, "a");
    step->on_apply = [kind, failures](StepContext&) mutable -> Status {
      if (failures-- > 0) return Error{.kind = kind, .what = "not yet"};
      return {};
    };
    return Retrying(std::move(step), {.attempts = 3, .pause = std::chrono::milliseconds(1)});
  };
  StepContext context;
  std::vector<std::string> waits;
  context.waiting = [&](const std::string& what) { waits.push_back(what); };
  CHECK(make(ErrorKind::retry, 2).apply(context));
  CHECK(world.count("apply a") == 3);
  CHECK(waits ==
        std::vector<std::string>{"attempt 2 of 3 after: not yet", "", "attempt 3 of 3 after: not yet", ""});
  world.calls.clear();
  CHECK_FALSE(make(ErrorKind::retry, 9).apply(context));
  CHECK(world.count("apply a") == 3);
  world.calls.clear();
  CHECK_FALSE(make(ErrorKind::ask, 9).apply(context));
  CHECK(world.count("apply a") == 1);
}

TEST_CASE("a retried step does not wait when the run is cancelled") {
  FakeWorld world;
  auto step = std::make_unique<FakeStep>(world, "a");
  step->on_apply = [](StepContext&) -> Status { return retry("not yet"); };
  Retrying retrying(std::move(step), {.attempts = 3, .pause = std::chrono::hours(1)});
  std::stop_source stop;
  StepContext context;
  context.stop = stop.get_token();
  context.waiting = [&](const std::string&) { stop.request_stop(); };
  CHECK_FALSE(retrying.apply(context));
  CHECK(world.count("apply a") == 1);
}
