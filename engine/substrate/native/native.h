// The native substrate: OpenStack from distribution packages as systemd services of the nodes. It turns a node's
// profile into steps; carrying them out is the executor's work.
#pragma once

#include <string>
#include <vector>

#include "engine/catalogue/catalogue.h"
#include "engine/catalogue/facts.h"
#include "engine/catalogue/profile.h"
#include "engine/clients/http/client.h"
#include "engine/plan/executor.h"
#include "engine/plan/plan.h"
#include "engine/services/systemd.h"
#include "engine/steps/secrets.h"
#include "engine/steps/undo_records.h"

namespace microstack::native {

// What the steps of a node work with; outlives every plan made with it.
struct Tools {
  Tools(Host& host, Secrets& secrets)
      : host(host), secrets(secrets), undo(host), systemd(host), http(http_options()) {}

  Host& host;
  Secrets& secrets;
  UndoRecords undo;
  Systemd systemd;
  http::Client http;  // believes the cluster's own authority only

 private:
  static http::Options http_options();
};

enum class Stage {
  all,
  prepare,   // only what may be done once in a base image (tasks marked `prepare`) and what that stands on
  packages,  // only the distribution's packages: what a trial on the node needs
  certificates,  // only the authority's certificate and those it signs
};

// Pure: no I/O; `tools` are used by the steps when they work. `facts` are node_facts(profile, ...).
Result<Plan> plan(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools,
                  Stage stage = Stage::all);

// What is to be taken out again after Stage::prepare, so that the image carries no secret, no address, no running
// service: a plan to be executed, last thing, with the profile the prepare stage had.
Result<Plan> seal(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools);

// What a node had by `before` and is not to have any more by `now` (a component that left): the steps as they were
// carried out, for unwind(). Packages stay: they cost nothing but disk, and what is masked for them stays masked.
Result<Plan> leaving(const Profile& before, const Json& facts_before, const Profile& now,
                     const Json& facts_now, const Catalogue& catalogue, Tools& tools);

// What steps of an older catalogue left on the node that no plan speaks of any more, by their ids: files and folders as they
// were before, certificates taken away, units stopped and as they were at boot. For unwind(). Other kinds have nothing to undo.
Plan orphans(const std::vector<std::string>& step_ids, Tools& tools);

// A difference found by looking, with the component whose fact it is ("" for the node's own).
struct Difference {
  std::string component;
  std::string step;
  std::string text;
};
struct NodeStatus {
  std::vector<Difference> differences;  // in plan order; health is among them
  std::optional<Error> error;           // checks that could not be made
  bool healthy = false;                 // every health check of the plan holds
};
Json to_json(const NodeStatus& status);

// Carries out nothing: every step's check.
Result<NodeStatus> status(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools,
                          const RunOptions& options);

// The components whose steps these are: step id -> component name ("" for the node's own).
Result<std::map<std::string, std::string>> owners(const Profile& profile, const Catalogue& catalogue,
                                                  const Json& facts, Tools& tools);

// All packages that these components need on a node with these roles, sorted: the base image's list.
Result<std::vector<std::string>> packages(const Catalogue& catalogue,
                                          const std::vector<std::string>& components,
                                          const std::vector<std::string>& roles);

}  // namespace microstack::native
