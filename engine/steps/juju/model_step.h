// What the steps of a model share: where they work and how long a call may take.
#pragma once

#include "engine/plan/step.h"
#include "engine/steps/juju/model_view.h"

namespace microstack::juju {

// How long the steps wait; each wait names what it waits for.
struct Waits {
  std::chrono::milliseconds call{60'000};      // one call, reconnecting included
  std::chrono::milliseconds removal{300'000};  // until what is removed has gone; then it is forced
  std::chrono::milliseconds forced{120'000};   // until what was forced has gone
  std::chrono::milliseconds scale{600'000};    // until there are as many units as asked for
};

class ModelStep : public Step {
 public:
  explicit ModelStep(ModelView& view, Waits waits = {}) : view_(view), waits_(waits) {}
  std::string host() const override { return view_.text(); }

 protected:
  Limit limit(const StepContext& context) const { return Limit::of(waits_.call, context.stop); }
  ModelView& view_;
  Waits waits_;
};

}  // namespace microstack::juju
