// A step made of functions: for facts that are looked at and made true in a few lines beside each other.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/plan/step.h"

namespace microstack {

struct Fact {
  std::string id;
  std::string title;
  Json inputs = Json::object();
  std::function<Result<Truth>(StepContext&)> check;
  std::function<Status(StepContext&)> apply;
  std::function<Status(StepContext&)> undo;
};

class FactStep : public Step {
 public:
  explicit FactStep(Fact fact) : fact_(std::move(fact)) {}
  std::string id() const override { return fact_.id; }
  std::string title() const override { return fact_.title; }
  Json inputs() const override { return fact_.inputs; }
  Result<Truth> check(StepContext& context) override { return fact_.check(context); }
  Status apply(StepContext& context) override { return fact_.apply(context); }
  Status undo(StepContext& context) override { return fact_.undo(context); }

 private:
  Fact fact_;
};

inline std::unique_ptr<Step> step(Fact fact) {
  return std::make_unique<FactStep>(std::move(fact));
}

}  // namespace microstack
