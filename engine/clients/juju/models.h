// Models of a controller. All but config and constraints are the controller connection's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/clients/juju/session.h"

namespace microstack::juju {

struct ModelInfo {
  std::string uuid, name, owner;
  std::string type;  // caas, iaas
  std::string cloud;
  std::string credential;  // cloudcred-CLOUD_USER_NAME
  std::string life;        // alive, dying, dead
  std::string status, status_message;
  std::string agent_version;
};

struct NewModel {
  std::string name;
  std::string owner;  // empty: the user that is logged in
  std::string cloud;  // empty: the controller's
  std::string region;
  std::string credential;  // cloudcred-CLOUD_USER_NAME; empty: the owner's only one for the cloud
  std::map<std::string, Json> config;
};
// Error with code::already_exists when the owner has a model of that name.
Result<ModelInfo> create_model(Session& controller, const NewModel& model, const Limit& limit);

// Those the user can see.
Result<std::vector<ModelInfo>> models(Session& controller, const Limit& limit);
// By name; nothing where there is none. owner empty: the user that is logged in.
Result<std::optional<ModelInfo>> find_model(Session& controller, const std::string& owner,
                                            const std::string& name, const Limit& limit);
Result<ModelInfo> model_info(Session& controller, const std::string& uuid, const Limit& limit);

struct ModelRemoval {
  bool destroy_storage = true;
  bool force = false;
  std::optional<std::chrono::seconds> max_wait;  // with force: of each step
};
// Begins the removal and waits until the model is gone; what is not there is removed. The error of a wait
// that ends names what is left. tell hears what it waits for.
Status destroy_model(Session& controller, const std::string& uuid, const ModelRemoval& removal,
                     const Limit& limit, const std::function<void(const std::string&)>& tell = {},
                     std::chrono::milliseconds interval = std::chrono::milliseconds{2000});

// Key -> value with its source ("model", "controller", "default").
struct ModelSetting {
  Json value;
  std::string source;
};
Result<std::map<std::string, ModelSetting>> model_config(Session& model, const Limit& limit);
Status set_model_config(Session& model, const std::map<std::string, Json>& values, const Limit& limit);
Status unset_model_config(Session& model, const std::vector<std::string>& keys, const Limit& limit);

// Notes of others on an entity ("model-UUID", "application-keystone"); an empty value removes the key.
Result<std::map<std::string, std::string>> annotations(Session& model, const std::string& tag,
                                                       const Limit& limit);
Status set_annotations(Session& model, const std::string& tag,
                       const std::map<std::string, std::string>& values, const Limit& limit);

}  // namespace microstack::juju
