// What a controller knows: models and what is in them. Nothing here speaks the wire; time passes when
// somebody looks.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/base/json.h"

namespace microstack::testing {

// Refusal of a call, as the wire has it.
struct ApiError : std::runtime_error {
  ApiError(const std::string& message, std::string its_code = {})
      : std::runtime_error(message), code(std::move(its_code)) {}
  std::string code;
};

struct Endpoint {
  std::string name, role, interface;  // role: provider, requirer, peer
  bool optional = true;
  int limit = 0;
};

struct Charm {
  std::string name;
  bool local = false;
  int revision = 7;
  std::map<std::string, Endpoint> endpoints;
  Json config = Json::object();  // key -> {type, default, description}
  std::vector<std::string> actions;
  std::vector<std::string> containers;
  Json resources = Json::object();  // name -> {type, path, description}
  bool subordinate = false;

  std::string url() const;  // as applications carry it
};

struct UnitState {
  std::string status, message, agent, since;
  int age = 0;  // looks since it came
};

struct Unit {
  UnitState state;
  bool leader = false;
};

struct Application {
  std::string name;
  Charm charm;
  std::string channel, base;  // latest/stable, ubuntu@24.04
  Json origin = Json::object();
  std::string life = "alive";
  bool exposed = false, trust = false;
  Json config = Json::object();  // what the user has set
  Json constraints = Json::object();
  Json resources = Json::object();  // name -> revision or upload
  std::map<int, Unit> units;
  int next_unit = 0;
  std::optional<int> scale;  // asked for; pods and with them units follow
  int scale_looks = 0;
  int number = 0;  // order of deployment
  int dying_looks = 0;
};

struct Relation {
  struct End {
    std::string application, endpoint, role;
  };
  int id = 0;
  std::string interface;
  std::vector<End> ends;
  std::string since;
  std::string key() const;
};

struct RemoteApplication {
  std::string name, offer_url, since;
  std::vector<Endpoint> endpoints;
};

struct OfferedApplication {
  std::string uuid, name, application;
  std::vector<std::string> endpoints;
};

struct StoredSecret {
  std::string uri, label, created;
  std::string owner;  // an application; empty: the model's user
  Json data = Json::object();
  int revision = 1;
  std::set<std::string> granted;
};

struct ActionRun {
  std::string tag, operation, unit, name, enqueued, started, status = "pending", message;
  Json parameters = Json::object(), output = Json::object();
  std::vector<std::string> log;
  int looks = 0;
};

struct Model {
  std::string uuid, name, owner, type, cloud, credential, since;
  std::string life = "alive";
  int dying_looks = 0;
  bool is_controller = false;
  Json config = Json::object();
  Json constraints = Json::object();
  std::map<std::string, Application> applications;
  std::vector<Relation> relations;
  std::map<std::string, RemoteApplication> remotes;
  std::map<std::string, OfferedApplication> offers;
  std::map<std::string, StoredSecret> secrets;                            // by URI
  std::map<std::string, std::map<std::string, std::string>> annotations;  // by tag
  std::map<std::string, ActionRun> actions;                               // by tag
  std::map<std::string, Charm> charms;                                    // known here, by URL
  std::map<std::string, std::string> blocks;                              // type -> message
  Json pending_resources = Json::object();  // id -> {application, name, uploaded}
  int next_relation = 0, next_number = 0, next_action = 0, next_local = 0;

  Application& application(const std::string& name);  // throws ApiError not found
};

// What becomes of units and actions, as a test wants it.
struct Story {
  int looks_until_active = 2;       // FullStatus calls until a new unit is active
  int looks_until_gone = 1;         // until what is destroyed has gone
  bool needs_integrations = false;  // units lacking a required integration are blocked
  struct Hold {
    std::string status, message;
  };
  std::map<std::string, Hold> held;  // application or unit -> status it is kept in
  std::set<std::string> stuck;       // applications (or "model") that do not go away unless forced
  struct Outcome {
    std::string status = "completed", message;
    Json output = Json::object();
  };
  std::map<std::string, Outcome> actions;  // action's name -> outcome
  int looks_until_done = 1;                // Actions calls until an action ends
  Json services = Json::object();          // what the charms know of their services: charm_behaviour.h
};

struct World {
  std::string controller_uuid, controller_name = "test";
  std::map<std::string, Model> models;      // by UUID
  std::map<std::string, Json> clouds;       // as the wire has them
  std::map<std::string, Json> credentials;  // tag -> {auth-type, attrs}
  std::map<std::string, Charm> charmhub;    // by name
  Story story;

  World();
  // charms.json of tests/data/juju.
  void load_charms(const std::string& path);
  Model& add_model(const std::string& name, const std::string& owner, const std::string& cloud,
                   bool controller = false);
  Model& model_named(const std::string& name);  // throws when there is none
  Application& deploy(Model& model, const std::string& name, Charm charm, int units);
  Relation& relate(Model& model, const std::string& one, const std::string& other);

  // One look at a model: units settle, what is dying goes. True unless the model itself is gone now.
  bool look(Model& model);
  void set_units(Model& model, Application& application, int units);

  std::string now() const;  // RFC 3339, a second later each time
  std::string uuid();

 private:
  mutable long seconds_ = 0;
  unsigned long drawn_ = 0;
};

Charm read_charm(const std::string& name, const Json& json);

}  // namespace microstack::testing
