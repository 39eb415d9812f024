// That all units of some applications are active. Waiting is for the cause: the error says which unit is blocked on
// what since when, what it went through before, and what Kubernetes says of its pod.
#pragma once

#include "engine/steps/juju/evidence.h"
#include "engine/steps/juju/model_step.h"

namespace microstack::juju {

struct ActiveWish {
  std::string name;   // of what the applications are together: "keystone", "telemetry"
  std::string title;  // "Identity service"
  std::vector<std::string> applications;
  std::chrono::milliseconds limit{40 * 60'000};
  // When nothing but blocked and failed units is left and no status changes for so long, nobody will come any more.
  std::chrono::milliseconds patience{10 * 60'000};
};

class ActiveStep : public ModelStep {
 public:
  // evidence may be null.
  ActiveStep(ModelView& view, ActiveWish wish, Evidence* evidence = nullptr, Waits waits = {})
      : ModelStep(view, waits), wish_(std::move(wish)), evidence_(evidence) {}
  std::string id() const override { return "active:" + wish_.name; }
  std::string title() const override { return wish_.title + " is active"; }
  Json inputs() const override { return {{"applications", wish_.applications}}; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext&) override { return {}; }

 private:
  Error explained(Error error, const Limit& limit);
  ActiveWish wish_;
  Evidence* evidence_;
};

// Each trouble as an error of its own with its history and evidence as causes; at most `most` of them.
std::vector<Error> causes(ModelView& view, const std::vector<Trouble>& troubles, Evidence* evidence,
                          std::size_t most, const Limit& limit);

}  // namespace microstack::juju
