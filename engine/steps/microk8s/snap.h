// A snap that is installed, from a channel.
#pragma once

#include <map>

#include "engine/host/host.h"
#include "engine/plan/step.h"

namespace microstack {

struct SnapFact {
  std::string name, channel;
  bool classic = false;                            // not confined
  std::map<std::string, std::string> environment;  // of every command
  std::chrono::milliseconds limit{20 * 60'000};    // of the download and all its hooks
};

class SnapStep : public Step {
 public:
  SnapStep(Host& host, SnapFact fact) : host_(host), fact_(std::move(fact)) {}
  std::string id() const override { return "snap:" + fact_.name; }
  std::string title() const override { return "Install " + fact_.name + " from " + fact_.channel; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return {{"channel", fact_.channel}, {"classic", fact_.classic}}; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;  // with its data

 private:
  // The channel it follows; nothing where it is not installed.
  Result<std::optional<std::string>> tracking(std::stop_token stop);
  Host& host_;
  SnapFact fact_;
};

}  // namespace microstack
