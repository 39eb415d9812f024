// Settings of the node's Open vSwitch: who it is for OVN (external_ids), its threads (other_config), where its database
// listens (manager), its bridges with their ports. Addresses are a unit's work at every boot: the database keeps none.
//
// A switch may have been there before, with bridges of its own: the undo record has what it was like, and what was made
// since. A bridge or port that was made and is no longer wanted is taken away by apply().
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/host/host.h"
#include "engine/plan/step.h"
#include "engine/steps/undo_records.h"

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
  OpenVSwitchStep(Host& host, UndoRecords& undo, OpenVSwitchFact fact)
      : host_(host), undo_(undo), fact_(std::move(fact)) {}

  std::string id() const override { return "open_vswitch"; }
  std::string title() const override { return "Settings of Open vSwitch"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  // An error where Open vSwitch does not answer although it had bridges before us; where it is gone, nothing is left.
  Status undo(StepContext& context) override;

 private:
  struct Bridge {
    std::set<std::string> ports;
    std::string datapath, fail_mode;
  };
  struct Switch {
    std::map<std::string, std::string> external_ids, other_config;
    std::set<std::string> managers;
    std::map<std::string, Bridge> bridges;

    std::string bridge_of(const std::string& port) const;  // empty: it is no port
  };
  using Ports = std::map<std::string, std::set<std::string>>;  // by bridge
  struct Record {
    Switch before;
    Ports made;  // bridges, and ports on them, that were not there
  };

  Result<std::optional<Switch>> look(std::stop_token stop);  // nullopt: it does not answer
  Result<std::optional<Record>> recorded();
  Status record(const Record& record);
  // What was made and is wanted by nobody now: a bridge without ports goes whole.
  Ports needless(const Record& record, const Switch& there) const;

  Host& host_;
  UndoRecords& undo_;
  OpenVSwitchFact fact_;
};

}  // namespace microstack
