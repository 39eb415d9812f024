// The contract itself: a right step passes, and each kind of wrong one is caught.
#include "tests/support/step_contract.h"

#include "engine/host/host.h"
#include "tests/support/fake_host.h"

using namespace microstack;

namespace {

constexpr const char* path = "/etc/x";

// Writes a file after noting that it did not exist before.
class FileStep : public Step {
 public:
  explicit FileStep(Host& host) : host_(host) {}
  std::string id() const override { return "file:/etc/x"; }
  std::string title() const override { return "Write /etc/x"; }
  Json inputs() const override { return {{"bytes", "new"}}; }
  Result<Truth> check(StepContext&) override {
    MS_TRY(const auto file, host_.read(path));
    if (file && file->bytes == "new") return Truth::yes();
    return Truth::no("/etc/x differs");
  }
  Status apply(StepContext&) override { return host_.write(path, {"new"}); }
  Status undo(StepContext&) override { return host_.remove(path); }

 protected:
  Host& host_;
};

auto world() {
  return std::make_unique<FakeHost>();
}

}  // namespace

TEST_CASE("a step that keeps the contract passes it") {
  contracts::step(world, [](Host& host) { return std::make_unique<FileStep>(host); });
}

namespace {

struct ForgetsOldContent : FileStep {
  using FileStep::FileStep;
  Status apply(StepContext&) override {
    MS_CHECK(host_.write("/etc/half", {"1"}));
    MS_CHECK(host_.write(path, {"new"}));
    return host_.remove("/etc/half");
  }
};
struct LiesWhenBlind : FileStep {
  using FileStep::FileStep;
  Result<Truth> check(StepContext& context) override {
    return FileStep::check(context).value_or(Truth::no("blind"));
  }
};
struct WritesWhileLooking : FileStep {
  using FileStep::FileStep;
  Result<Truth> check(StepContext& context) override {
    MS_CHECK(host_.write("/etc/looked", {"1"}));
    return FileStep::check(context);
  }
};
struct AppliesOnce : FileStep {
  using FileStep::FileStep;
  Status apply(StepContext& context) override {
    MS_TRY(const auto truth, check(context));
    return truth.holds ? give_up("exists") : FileStep::apply(context);
  }
};
struct UndoesOnce : FileStep {
  using FileStep::FileStep;
  Status undo(StepContext& context) override {
    MS_TRY(const auto truth, check(context));
    return truth.holds ? FileStep::undo(context) : give_up("is not there");
  }
};
struct UndoesNothing : FileStep {
  using FileStep::FileStep;
  Status undo(StepContext&) override { return {}; }
};

template <class Wrong>
void walk() {
  contracts::step(world, [](Host& host) { return std::make_unique<Wrong>(host); });
}

}  // namespace

// Each of these must fail: Catch2 reports the failure as expected.
TEST_CASE("a step that leaves a half after a failure is caught", "[!shouldfail]") {
  // Its undo does not know of /etc/half when the removal of it failed and no apply came after.
  struct Halves : ForgetsOldContent {
    using ForgetsOldContent::ForgetsOldContent;
    Status apply(StepContext& context) override {
      MS_TRY(const auto truth, check(context));
      if (truth.holds) return {};
      return ForgetsOldContent::apply(context);
    }
  };
  walk<Halves>();
}
TEST_CASE("a step that takes a failed look for a difference is caught", "[!shouldfail]") {
  walk<LiesWhenBlind>();
}
TEST_CASE("a step that writes while it looks is caught", "[!shouldfail]") {
  walk<WritesWhileLooking>();
}
TEST_CASE("a step that cannot be applied twice is caught", "[!shouldfail]") {
  walk<AppliesOnce>();
}
TEST_CASE("a step that cannot be undone twice is caught", "[!shouldfail]") {
  walk<UndoesOnce>();
}
TEST_CASE("a step that does not undo is caught", "[!shouldfail]") {
  walk<UndoesNothing>();
}
