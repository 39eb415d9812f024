// One screen of a cloud: what runs, where, how it is, what stands in the way and why. Every substrate fills the
// same form; text, JSON and YAML are made of it.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"

namespace microstack::plugin {

struct CloudStatus {
  struct Service {
    std::string name;
    std::string title;       // "Image service"
    std::string state;       // active, drifted, waiting, blocked, unknown
    std::string managed_by;  // terraform, juju-plugin
    std::string message;     // the first thing that is not as it should be
    int units = 0,
        wanted_units = 0;  // active ones and how many there are to be, where the substrate has units
  };
  struct Node {
    std::string name;
    std::vector<std::string> roles;
    std::string address;
    std::string state;  // up, down, off, unknown; empty: not a hypervisor and nothing was asked
    int guests = 0;
    int vcpus = 0, vcpus_used = 0;
    int memory_mib = 0, memory_mib_used = 0;
    std::string message;
  };
  struct Problem {
    std::string what;   // nova, demo-2, keystone/0
    std::string state;  // blocked, drifted, down, waiting
    std::string why;
    std::string since;  // empty: not known
    std::string fix;    // what to do next
  };

  std::string name;
  std::string id;
  std::string substrate;
  std::string release;
  std::string region;
  std::string api_address;
  std::string dashboard;  // URL; empty: not enabled
  std::string state;      // active, waiting, drifted, blocked, down: the worst there is
  std::vector<Service> services;
  std::vector<Node> nodes;
  std::vector<Problem> problems;
};

Json to_json(const CloudStatus& status);

// The worst of what its services, nodes and problems are.
std::string worst_state(const CloudStatus& status);

}  // namespace microstack::plugin
