// Settings of the node's Open vSwitch: who it is for OVN (external_ids), its threads (other_config), where its database
// listens (manager), its bridges with their ports. Addresses are a unit's work at every boot: the database keeps none.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/host/host.h"
#include "engine/plan/step.h"

namespace microstack {

struct OpenVSwitchFact {
  struct Bridge {
    std::string name;
    std::vector<std::string> ports;
    std::string fail_mode = "standalone";  // secure: carries nothing until it is told to
  };
  std::vector<Bridge> bridges;
  std::string datapath = "system";                  // system | netdev
  std::map<std::string, std::string> external_ids;  // an empty value: the key must not be there
  std::map<std::string, std::string> other_config;
  std::string manager;
};

class OpenVSwitchStep : public Step {
 public:
  OpenVSwitchStep(Host& host, OpenVSwitchFact fact) : host_(host), fact_(std::move(fact)) {}

  std::string id() const override { return "open_vswitch"; }
  std::string title() const override { return "Settings of Open vSwitch"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Host& host_;
  OpenVSwitchFact fact_;
};

}  // namespace microstack
