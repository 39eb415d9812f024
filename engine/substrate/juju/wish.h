// What a person chose for a charmed control plane: the `wish` of its Deployment. Defaults are here, nowhere else.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/catalogue/deployment.h"

namespace microstack::charmed {

struct Wish {
  std::string model = "openstack";
  std::string cloud;                            // that the controller knows; empty: the controller's own
  std::string credential;                       // name of one of the user's; empty: the only one
  std::string topology = "single";              // single, multi, large
  int control_nodes = 0;                        // nodes of the Kubernetes cluster; 0: 1, 3 or 10 by topology
  std::map<std::string, std::string> channels;  // by application or charm
  std::map<std::string, int> revisions;         // pinned, by application
  std::map<std::string, int> scale;             // units, by application
  std::map<std::string, std::map<std::string, std::string>> config;  // by application
  std::map<std::string, std::string>
      ingress_addresses;           // of the load balancer, by application: traefik-public
  std::string load_balancer_pool;  // name of the pool they and all others are taken from
  std::map<std::string, std::string> model_config;
  std::string http_proxy, https_proxy, no_proxy;

  bool operator==(const Wish&) const = default;
};

Result<Wish> wish_of(const Deployment& deployment);  // strict
Json to_json(const Wish& wish);

// The deployment of a new cluster with that wish and these features (optional components) beside the core.
Deployment deployment_of(const std::string& name, const std::string& region, const Wish& wish,
                         const std::map<std::string, Deployment::Managed>& features = {});

}  // namespace microstack::charmed
