// Is a Kubernetes cluster ready for a control plane: looked at before anything is made, and only looked at.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/clients/kubernetes/cluster.h"

namespace microstack::kubernetes {

// What is wanted of it; a default means: not asked for.
struct Wanted {
  std::string min_version = "1.28";
  std::string storage_class;  // empty: the default one
  bool storage = true;
  bool load_balancer = true;
  double cores = 0, memory = 0;  // free on ready nodes together, memory in bytes
  double memory_of_one = 0;      // that one node alone must have free: the largest pod
};

struct Finding {
  // unreachable, certificate, wrong-ca, expired, unauthorized, forbidden, version, nodes, capacity, storage,
  // load-balancer
  std::string about;
  bool blocks = true;  // false: it will work, and this is worth knowing
  std::string what;
  std::string fix;
};

// What stands in the way, each with its cure; empty: ready. Where the cluster cannot be asked, that is the only
// finding: nothing else is known then. `now` is for tests.
std::vector<Finding> preflight(Cluster& cluster, const Wanted& wanted, std::stop_token stop = {},
                               Time now = std::chrono::system_clock::now());

// Those that block as one error; success where there are none. `attribute` is what gets the blame.
Status error_of(const std::vector<Finding>& findings, const std::string& server,
                std::vector<std::string> attribute = {});

}  // namespace microstack::kubernetes
