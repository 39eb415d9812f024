#include "engine/plan/plan.h"

#include <catch2/catch.hpp>

#include "tests/engine/plan/fake_step.h"

using namespace microstack;

namespace {

FakeWorld world;

std::unique_ptr<Step> step(const std::string& id) {
  return std::make_unique<FakeStep>(world, id);
}

}  // namespace

TEST_CASE("a plan prints its steps in an order that holds, each with what it waits for and its inputs") {
  Plan plan;
  plan.add(step("unit:api"), {"file:conf", "database:nova"});
  plan.add(step("file:conf"));
  plan.add(step("database:nova"));
  CHECK(plan.text() ==
        "file:conf  {\"id\":\"file:conf\"}\n"
        "database:nova  {\"id\":\"database:nova\"}\n"
        "unit:api  <- file:conf, database:nova  {\"id\":\"unit:api\"}\n");
  CHECK(plan.validate());
}

TEST_CASE("the roots of a plan that is added wait for what they are added after") {
  Plan inner;
  inner.add(step("a"));
  inner.add(step("b"), {"a"});
  inner.add(step("c"), {"outside"});
  Plan plan;
  plan.add(step("first"));
  plan.add(step("outside"));
  plan.add(std::move(inner), {"first"});
  CHECK(plan.nodes()[2].after == std::vector<std::string>{"first"});
  CHECK(plan.nodes()[3].after == std::vector<std::string>{"a"});
  CHECK(plan.nodes()[4].after == std::vector<std::string>{"outside", "first"});
}

TEST_CASE("a plan with an id twice, a step that waits for nothing known, or a cycle is refused by name") {
  Plan twice;
  twice.add(step("a"));
  twice.add(step("a"));
  CHECK(twice.validate().error().what == "the plan has the step a twice");
  Plan unknown;
  unknown.add(step("a"), {"b"});
  CHECK(unknown.validate().error().what == "a waits for b, which is no step of the plan");
  Plan cycle;
  cycle.add(step("z"));
  cycle.add(step("a"), {"c", "z"});
  cycle.add(step("b"), {"a"});
  cycle.add(step("c"), {"b"});
  cycle.add(step("d"), {"c"});
  CHECK(cycle.validate().error().what == "the plan has steps that wait for each other: a <- c <- b <- a");
  CHECK(cycle.text().find("wait for each other") != std::string::npos);
}
