// The contract of a step, for every step there is:
//
//   contracts::step([] { auto host = std::make_unique<FakeHost>(); ...; return host; },
//                   [](FakeHost& host) { return std::make_unique<FileStep>(host, ...); });
//
// Absent, apply, satisfied, apply again, undo, absent, undo again; and the same with the n-th call of the
// world failing, or carried out with its answer lost, for every n. Each walk has a fresh world; a step that
// is made anew each time, as after a restart of the program, must go on where the last one ended.
//
// A world is a FakeHost or derives from it (what else the step needs lives in it): calls(), fail_call(n),
// lose_answer_of_call(n), files.
#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "engine/plan/step.h"

namespace microstack::contracts {

struct StepTraits {
  bool undone_is_absent =
      true;  // false: there is nothing to undo (a look, a one-way task), check may hold after undo
  bool absent_at_first = true;  // false: the world is such that the fact holds already
};

namespace step_detail {

enum class Trouble { call_fails, answer_is_lost };

template <class World>
std::string files_of(const World& world) {
  std::string text;
  for (const auto& [path, file] : world.files)
    text +=
        path + '\0' + file.bytes + '\0' + std::to_string(file.mode) + file.owner + ':' + file.group + '\n';
  return text;
}

template <class World>
void trouble(World& world, Trouble kind, int n) {
  if (kind == Trouble::call_fails)
    world.fail_call(n);
  else
    world.lose_answer_of_call(n);
}

inline std::string text_of(const Status& status) {
  return status ? "" : status.error().text();
}

template <class World, class MakeStep>
void require_truth(World& world, MakeStep& make_step, bool holds, const char* when) {
  StepContext context;
  const auto before = files_of(world);
  auto made = make_step(world);
  const auto truth = made->check(context);
  INFO("check " << when);
  if (!truth) FAIL(truth.error().text());
  INFO("difference: " << truth->difference);
  REQUIRE(truth->holds == holds);
  REQUIRE(truth->difference.empty() == holds);  // a fact that does not hold says what differs
  REQUIRE(files_of(world) == before);           // looking writes nothing
}

template <class World, class MakeStep>
void require_apply(World& world, MakeStep& make_step, const char* when) {
  StepContext context;
  const auto status = make_step(world)->apply(context);
  INFO("apply " << when << ": " << text_of(status));
  REQUIRE(status.ok());
}

template <class World, class MakeStep>
void require_undo(World& world, MakeStep& make_step, const char* when) {
  StepContext context;
  const auto status = make_step(world)->undo(context);
  INFO("undo " << when << ": " << text_of(status));
  REQUIRE(status.ok());
}

template <class MakeWorld, class MakeStep>
void plain_walk(MakeWorld& make_world, MakeStep& make_step, const StepTraits& traits) {
  auto world = make_world();
  const auto made = make_step(*world);
  REQUIRE_FALSE(made->id().empty());
  REQUIRE_FALSE(made->title().empty());
  const auto inputs = made->inputs();
  if (traits.absent_at_first) require_truth(*world, make_step, false, "before anything was done");
  require_undo(*world, make_step, "of what was never applied");
  require_apply(*world, make_step, "the first time");
  require_truth(*world, make_step, true, "after apply");
  require_apply(*world, make_step, "again");
  require_truth(*world, make_step, true, "after a second apply");
  REQUIRE(make_step(*world)->inputs() ==
          inputs);  // inputs decide the outcome, they are not read from the world
  require_undo(*world, make_step, "the first time");
  if (traits.undone_is_absent) require_truth(*world, make_step, false, "after undo");
  require_undo(*world, make_step, "again");
  require_apply(*world, make_step, "after undo");
  require_truth(*world, make_step, true, "after apply, undo, apply");
}

// The files of the world after an undo that nothing disturbed.
template <class MakeWorld, class MakeStep>
std::string undone_files(MakeWorld& make_world, MakeStep& make_step) {
  auto world = make_world();
  require_apply(*world, make_step, "undisturbed");
  require_undo(*world, make_step, "undisturbed");
  return files_of(*world);
}

// Calls `work` on a fresh world with trouble at its n-th call for n = 1, 2, ... until there are fewer calls
// than that.
template <class MakeWorld, class Prepare, class Work, class Verify>
void for_every_call(MakeWorld& make_world, Trouble kind, Prepare prepare, Work work, Verify verify) {
  for (int n = 1;; ++n) {
    REQUIRE(n < 1000);
    auto world = make_world();
    prepare(*world);
    const int before = world->calls();
    trouble(*world, kind, n);
    INFO((kind == Trouble::call_fails ? "call " : "answer of call ")
         << n << (kind == Trouble::call_fails ? " fails" : " is lost"));
    work(*world);
    if (world->calls() - before < n) return;
    verify(*world);
  }
}

template <class MakeWorld, class MakeStep>
void disturbed_walks(MakeWorld& make_world, MakeStep& make_step, const StepTraits& traits, Trouble kind) {
  const auto nothing = [](auto&) {};
  const auto applied = [&](auto& world) { require_apply(world, make_step, "before the trouble"); };
  const auto undone = undone_files(make_world, make_step);
  for_every_call(
      make_world, kind, nothing,
      [&](auto& world) {
        StepContext context;
        (void)make_step(world)->apply(context).ok();
      },
      [&](auto& world) {
        require_apply(world, make_step, "after a disturbed apply");
        require_truth(world, make_step, true, "after a disturbed apply and another one");
        require_undo(world, make_step, "after a disturbed apply");
        if (traits.undone_is_absent)
          require_truth(world, make_step, false, "after a disturbed apply was undone");
        REQUIRE(files_of(world) == undone);  // the half that was written is no "state before us"
      });
  for_every_call(
      make_world, kind, applied,
      [&](auto& world) {
        StepContext context;
        (void)make_step(world)->undo(context).ok();
      },
      [&](auto& world) {
        require_undo(world, make_step, "after a disturbed undo");
        if (traits.undone_is_absent)
          require_truth(world, make_step, false, "after a disturbed undo and another one");
        REQUIRE(files_of(world) == undone);
      });
}

// A look that was disturbed may say so; it must not say the opposite of what is.
template <class MakeWorld, class MakeStep>
void disturbed_looks(MakeWorld& make_world, MakeStep& make_step, const StepTraits& traits, Trouble kind) {
  for (const bool satisfied : {false, true}) {
    if (!satisfied && !traits.absent_at_first) continue;
    for_every_call(
        make_world, kind,
        [&](auto& world) {
          if (satisfied) require_apply(world, make_step, "before the trouble");
        },
        [&](auto& world) {
          StepContext context;
          const auto truth = make_step(world)->check(context);
          if (truth) REQUIRE(truth->holds == satisfied);
        },
        [&](auto& world) { require_truth(world, make_step, satisfied, "after a disturbed look"); });
  }
}

}  // namespace step_detail

template <class MakeWorld, class MakeStep>
void step(MakeWorld make_world, MakeStep make_step, StepTraits traits = {}) {
  using step_detail::Trouble;
  step_detail::plain_walk(make_world, make_step, traits);
  for (const auto kind : {Trouble::call_fails, Trouble::answer_is_lost}) {
    step_detail::disturbed_looks(make_world, make_step, traits, kind);
    step_detail::disturbed_walks(make_world, make_step, traits, kind);
  }
}

}  // namespace microstack::contracts
