// Which applications, integrations and offers a deployment is made of, with every number decided. Pure.
//
//   scale    units
//   api      1 on single; min(control nodes, 3) on multi; min(control nodes + 2, 7) on large
//   ha       1 with fewer than three control nodes or on single, else 3
//   ingress  1 on single, else min(control nodes, 3)
//   api-if-ceph   as api where the feature ceph is there, else 1: local storage cannot be shared
#pragma once

#include <optional>
#include <set>

#include "engine/catalogue/catalogue.h"
#include "engine/substrate/juju/wish.h"

namespace microstack::charmed {

struct Application {
  std::string name, charm, channel, base;
  std::optional<int> revision;  // pinned
  bool trust = false;
  int units = 1;
  std::map<std::string, std::string> config;
  std::string component;
};

struct Integration {
  std::string one, other;  // application:endpoint
  std::string component;   // that says so
};

struct Offer {
  std::string name, application;
  std::vector<std::string> endpoints;
  std::string component;
};

// Configuration of an application while another component is there.
struct Setting {
  std::string application;
  std::map<std::string, std::string> values;
  std::string component;
};

struct Topology {
  std::string model;
  std::map<std::string, std::string> model_config;
  std::string cloud, credential;
  std::vector<std::string> components;  // the core first, then features; each after what it integrates with
  std::set<std::string> core;           // those of them that every cloud has
  std::map<std::string, std::string> titles;  // of components
  std::vector<Application> applications;      // in the order of components
  std::vector<Integration> integrations;
  std::vector<Offer> offers;
  std::vector<Setting> settings;

  const Application* find(const std::string& application) const;
};

// Components of the core on this substrate, in their order; and those that can be switched on.
std::vector<std::string> core(const Catalogue& catalogue);
std::vector<std::string> features(const Catalogue& catalogue);

// Error (ask): a component, application or charm that does not exist, with the path in the wish.
Result<Topology> topology(const Deployment& deployment, const Catalogue& catalogue);

}  // namespace microstack::charmed
