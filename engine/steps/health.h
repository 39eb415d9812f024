// Something answers: a URL (below 500), a port, or a program (exit 0). It is waited for, not made.
#pragma once

#include <vector>

#include "engine/clients/http/client.h"
#include "engine/host/host.h"
#include "engine/plan/step.h"

namespace microstack {

struct HealthFact {
  std::string id;  // COMPONENT/0
  std::string title;
  std::string http;
  std::string tcp;  // host:port
  std::vector<std::string> run;
  std::chrono::seconds limit{120};
};

class HealthStep : public Step {
 public:
  HealthStep(Host& host, http::Client& client, HealthFact fact)
      : host_(host), client_(client), fact_(std::move(fact)) {}

  std::string id() const override { return "health:" + fact_.id; }
  std::string title() const override { return fact_.title; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext&) override { return {}; }

 private:
  Truth no(const std::string& why) const { return Truth::no("not so: " + fact_.title + " (" + why + ")"); }

  Host& host_;
  http::Client& client_;
  HealthFact fact_;
};

}  // namespace microstack
