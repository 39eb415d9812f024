// Applications of a model: what is deployed, how it is set, how many units it has.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/clients/juju/session.h"

namespace microstack::juju {

struct Storage {
  std::string pool;
  int size_mib = 0;
  int count = 1;
};

struct CharmhubApplication {
  std::string name;     // of the application
  std::string charm;    // keystone-k8s
  std::string channel;  // 2025.1/stable; empty: the charm's default
  std::optional<int> revision;
  std::string base;  // ubuntu@24.04; empty: the charm's default
  int units = 1;
  bool trust = false;
  std::map<std::string, std::string> config;
  std::string constraints;                       // "mem=4G cores=2"
  std::map<std::string, std::string> resources;  // name -> revision, or image reference
  std::map<std::string, Storage> storage;
  std::map<std::string, std::string> bindings;  // endpoint -> space
  std::vector<std::string> placement;           // machine numbers; not on Kubernetes
};

struct Deployed {
  std::string channel, base;
  int revision = -1;
  std::vector<std::string> warnings;         // as the controller says them
  std::vector<std::string> pending_uploads;  // resources that the caller must upload now
};

// The controller itself fetches the charm from Charmhub, after it has answered. Error with
// code::already_exists when an application of that name is there.
Result<Deployed> deploy(Session& model, const CharmhubApplication& application, const Limit& limit);

// What Application.Get says.
struct Setting {
  Json value;          // null where unset
  std::string source;  // user, default, unset
};
struct ApplicationConfig {
  std::string charm;  // the charm's name
  std::string channel, base;
  std::map<std::string, Setting> config;
  bool trust = false;
  Json constraints;
};
Result<ApplicationConfig> application_config(Session& model, const std::string& application,
                                             const Limit& limit);
// Configuration of many applications by one call: application -> key -> setting. One that is gone is left out.
Result<std::map<std::string, std::map<std::string, Setting>>> config_of_all(
    Session& model, const std::vector<std::string>& applications, const Limit& limit);

// Values are texts as on the command line; the charm's types are applied by the controller. One call, all or
// nothing.
Status set_config(Session& model, const std::string& application,
                  const std::map<std::string, std::string>& values, const Limit& limit);
Status unset_config(Session& model, const std::string& application, const std::vector<std::string>& keys,
                    const Limit& limit);
Status set_trust(Session& model, const std::string& application, bool trust, const Limit& limit);
Status set_constraints(Session& model, const std::string& application, const std::string& constraints,
                       const Limit& limit);

// Number of units on Kubernetes.
Status scale(Session& model, const std::string& application, int units, const Limit& limit);
// Units on machines.
Result<std::vector<std::string>> add_units(Session& model, const std::string& application, int units,
                                           const std::vector<std::string>& placement, const Limit& limit);
Status destroy_units(Session& model, const std::vector<std::string>& units, bool force, const Limit& limit);

Status expose(Session& model, const std::string& application, const Limit& limit);
Status unexpose(Session& model, const std::string& application, const Limit& limit);
// Lets units in error try again (retry) or go on.
Status resolve_errors(Session& model, const std::vector<std::string>& units, bool retry, const Limit& limit);

struct Removal {
  bool destroy_storage = true;
  bool force = false;
  std::optional<std::chrono::seconds> max_wait;  // with force: of each step
};
// Begins the removal; what is not there is removed. Wait with gone() of status_poller.h.
Status destroy_applications(Session& model, const std::vector<std::string>& applications,
                            const Removal& removal, const Limit& limit);

// Charm of a running application: another channel or revision of the same charm from Charmhub, with its
// resources.
struct Refresh {
  std::string application;
  std::string channel;          // empty: the present one
  std::optional<int> revision;  // unset: the channel's newest
};
struct Refreshed {
  std::string charm_url;
  int revision = -1;
  bool changed = false;
};
Result<Refreshed> refresh(Session& model, const Refresh& refresh, const Limit& limit);

// "mem=4G cores=2 arch=amd64" as the wire wants it; sizes in MiB, M, G, T understood. Error (ask): a word of
// it that is not understood.
Result<Json> read_constraints(const std::string& text);
// "ubuntu@24.04" -> {"name", "channel"}.
Json base_json(const std::string& base);
// unit keystone/0 -> unit-keystone-0.
std::string unit_tag(const std::string& unit);

}  // namespace microstack::juju
