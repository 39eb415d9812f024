// The native substrate: OpenStack from distribution packages as systemd services of the nodes. It turns a node's
// profile into steps; carrying them out is the executor's work.
#pragma once

#include <string>
#include <vector>

#include "engine/catalogue/catalogue.h"
#include "engine/catalogue/facts.h"
#include "engine/catalogue/profile.h"
#include "engine/host/host.h"
#include "engine/plan/executor.h"
#include "engine/plan/plan.h"
#include "engine/steps/secrets.h"

namespace microstack::native {

enum class Stage {
  all,
  prepare,  // only what may be done once in a base image (tasks marked `prepare`) and what that stands on
};

// Pure: no I/O; `host` and `secrets` are used by the steps when they work. `facts` are node_facts(profile, ...).
Result<Plan> plan(const Profile& profile, const Catalogue& catalogue, const Json& facts, Host& host, Secrets& secrets,
                  Stage stage = Stage::all);

// What is to be taken out again after Stage::prepare, so that the image carries no secret, no address, no running
// service: a plan to be executed, last thing, with the profile the prepare stage had.
Result<Plan> seal(const Profile& profile, const Catalogue& catalogue, const Json& facts, Host& host, Secrets& secrets);

// A difference found by looking, with the component whose fact it is ("" for the node's own).
struct Difference {
  std::string component;
  std::string step;
  std::string text;
};
struct Status {
  std::vector<Difference> differences;     // in plan order; health is among them
  std::optional<Error> error;              // checks that could not be made
  Json facts;                              // addresses, urls, ca, probe: no secret
  bool healthy = false;
};
Json to_json(const Status& status);

// Carries out nothing: every step's check.
Status status(const Profile& profile, const Catalogue& catalogue, const Json& facts, Host& host, Secrets& secrets,
              const RunOptions& options);

// All packages that these components need on a node with these roles, sorted: the base image's list.
Result<std::vector<std::string>> packages(const Catalogue& catalogue, const std::vector<std::string>& components,
                                          const std::vector<std::string>& roles);

}  // namespace microstack::native
