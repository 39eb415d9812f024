// A charmed cloud on one screen: its services, what is in trouble and why.
#pragma once

#include "engine/substrate/juju/charmed.h"

namespace microstack::charmed {

struct ServiceStatus {
  std::string component, title;
  bool core = false;
  std::string state;                // active, waiting, blocked, error, missing
  int units = 0, wanted_units = 0;  // active ones, and how many there are to be
  std::vector<std::string> applications;
  std::vector<juju::Trouble> troubles;
};

struct CloudStatus {
  std::string name, model, controller, cloud, juju_version;
  std::string state;                    // the worst of its services; "absent" where there is no model
  std::vector<ServiceStatus> services;  // core first
  std::vector<Difference> differences;  // from what is wished
  std::vector<std::string> foreign;     // applications in the model that are not ours
};

// Pure: from what observe() saw.
CloudStatus cloud_status(const std::string& name, const Topology& topology, const Catalogue& catalogue,
                         const Observation& seen);
Json to_json(const CloudStatus& status);

}  // namespace microstack::charmed
