// A step whose world is a few numbers: what it was asked, and how it is to answer.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>

#include "engine/plan/plan.h"

namespace microstack {

struct FakeWorld {
  std::mutex mutex;
  std::vector<std::string> calls;  // "check a", "apply a", "undo a" in the order they began
  std::map<std::string, bool> holds;

  void note(const std::string& call) {
    const std::lock_guard lock(mutex);
    calls.push_back(call);
  }
  std::size_t count(const std::string& call) {
    const std::lock_guard lock(mutex);
    return static_cast<std::size_t>(std::count(calls.begin(), calls.end(), call));
  }
  // Position of the call, or of the end of the list.
  std::size_t at(const std::string& call) {
    const std::lock_guard lock(mutex);
    return static_cast<std::size_t>(std::find(calls.begin(), calls.end(), call) - calls.begin());
  }
};

class FakeStep : public Step {
 public:
  FakeStep(FakeWorld& world, std::string id) : world_(world), id_(std::move(id)) {}
  // What apply does besides becoming true; its error fails the step.
  std::function<Status(StepContext&)> on_apply = [](StepContext&) { return Status(); };
  std::function<Status(StepContext&)> on_undo = [](StepContext&) { return Status(); };
  bool believed = true;  // false: apply succeeds and changes nothing

  std::string id() const override { return id_; }
  std::string title() const override { return "Make " + id_; }
  Json inputs() const override { return {{"id", id_}}; }
  Result<Truth> check(StepContext&) override {
    world_.note("check " + id_);
    const std::lock_guard lock(world_.mutex);
    return world_.holds[id_] ? Truth::yes() : Truth::no(id_ + " is missing");
  }
  Status apply(StepContext& context) override {
    world_.note("apply " + id_);
    MS_CHECK(on_apply(context));
    const std::lock_guard lock(world_.mutex);
    if (believed) world_.holds[id_] = true;
    return {};
  }
  Status undo(StepContext& context) override {
    world_.note("undo " + id_);
    MS_CHECK(on_undo(context));
    const std::lock_guard lock(world_.mutex);
    world_.holds[id_] = false;
    return {};
  }

 private:
  FakeWorld& world_;
  std::string id_;
};

}  // namespace microstack
