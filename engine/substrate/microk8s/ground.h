// What a charmed cloud stands on where there is neither a Kubernetes nor a controller: MicroK8s on a node, and a Juju
// controller within it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/host/host.h"
#include "engine/plan/plan.h"
#include "engine/steps/microk8s/controller.h"

namespace microstack::microk8s {

struct GroundWish {
  std::string channel = "1.32/stable";
  std::vector<std::string> addons = {"dns", "hostpath-storage", "rbac"};
  std::string load_balancer_range;  // FIRST-LAST that the node's network leaves free
  std::string cloud = "microk8s-cloud", controller = "microstack";
  std::map<std::string, std::string> controller_config;
  std::map<std::string, std::string> node_environment;  // of snap and microk8s: proxies
};

// Pure. node: where Kubernetes goes; client: where `juju` runs. Both outlive the plan. Errors (ask): no range of
// addresses, or none that is one.
Result<Plan> ground_plan(const GroundWish& wish, const JujuProgram& juju, Host& node, Host& client);

}  // namespace microstack::microk8s
