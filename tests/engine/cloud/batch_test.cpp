#include "engine/cloud/batch.h"

#include <catch2/catch.hpp>
#include <latch>
#include <thread>

#include "engine/cloud/merge_patch.h"

using namespace microstack;

TEST_CASE("what comes while a call is under way goes along with the next one, and each gets its own answer") {
  Batch<int, int> batch(std::chrono::milliseconds(0));
  std::latch first_is_in(1), others_wait(1);
  std::vector<std::vector<int>> calls;
  const auto carry = [&](const std::vector<int>& items) -> Result<std::vector<int>> {
    calls.push_back(items);  // one call at a time: that is the promise
    if (calls.size() == 1) {
      first_is_in.count_down();
      others_wait.wait();
    }
    std::vector<int> answers;
    for (const int item : items) answers.push_back(item * 10);
    return answers;
  };
  std::vector<int> got(10);
  std::vector<std::jthread> callers;
  callers.emplace_back([&] { got[0] = batch.submit(0, carry).value(); });
  first_is_in.wait();
  for (int i = 1; i < 10; ++i) callers.emplace_back([&, i] { got[i] = batch.submit(i, carry).value(); });
  while (batch.waiting() < 9) std::this_thread::yield();  // all nine are in, and the first call is not over
  others_wait.count_down();
  callers.clear();
  for (int i = 0; i < 10; ++i) CHECK(got[i] == i * 10);
  REQUIRE(calls.size() == 2);
  CHECK(calls[0] == std::vector<int>{0});
  CHECK(calls[1].size() == 9);
  CHECK(batch.waiting() == 0);
}

TEST_CASE("an error is everybody's, and the next call is a new one") {
  Batch<int, int> batch(std::chrono::milliseconds(0));
  const auto failed = batch.submit(1, [](const auto&) -> Result<std::vector<int>> { return retry("away"); });
  REQUIRE_FALSE(failed);
  CHECK(failed.error().what == "away");
  CHECK(batch.submit(2, [](const auto& items) { return Result<std::vector<int>>(items); }).value() == 2);
}

TEST_CASE("what is thrown, and answers that are missing, are everybody's error") {
  Batch<int, int> batch(std::chrono::milliseconds(0));
  const auto thrown = batch.submit(
      1, [](const auto&) -> Result<std::vector<int>> { throw std::runtime_error("no such key"); });
  REQUIRE_FALSE(thrown);
  CHECK(thrown.error().what == "no such key");
  const auto nothing =
      batch.submit(1, [](const auto&) { return Result<std::vector<int>>(std::vector<int>()); });
  REQUIRE_FALSE(nothing);
}

TEST_CASE("a merge patch makes the one of the other, and is empty when they are equal") {
  const Json from = {{"a", 1}, {"b", {{"c", 1}, {"d", 2}}}, {"e", {1, 2}}, {"f", "text"}};
  const Json to = {{"a", 1}, {"b", {{"c", 3}}}, {"e", {2}}, {"f", {{"g", 1}}}};
  Json patched = from;
  patched.merge_patch(merge_patch(from, to));
  CHECK(patched == to);
  CHECK(merge_patch(to, to).empty());
}
