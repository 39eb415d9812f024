// The files in which the juju command line keeps what it knows: $JUJU_DATA (default ~/.local/share/juju) with
// controllers.yaml, accounts.yaml, models.yaml and cookies/. They are read and written as it does: under its
// lock, whole or not at all, mode 0600, and keys we do not know are kept.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/clients/juju/access.h"

namespace microstack::juju {

// How a controller is reached that has no address of its own: through the API server of its Kubernetes.
struct ControllerProxy {
  std::string type;  // kubernetes-port-forward
  std::string api_host, ca_pem, namespace_name, service, remote_port;
  Secret service_account_token;
};

struct StoredController {
  std::string uuid;
  std::vector<std::string> addresses;  // host:port
  std::string public_host;             // then a certificate of a public authority is expected
  std::string ca_pem;
  std::string cloud, region, type;
  std::string agent_version;
  std::optional<ControllerProxy> proxy;
};

struct StoredModel {
  std::string uuid, type;
};

class ClientStore {
 public:
  explicit ClientStore(std::string directory) : directory_(std::move(directory)) {}
  // $JUJU_DATA, else $XDG_DATA_HOME/juju, else ~/.local/share/juju.
  static Result<ClientStore> from_environment();

  Result<std::map<std::string, StoredController>> controllers() const;
  Result<std::optional<std::string>> current_controller() const;
  // By OWNER/NAME.
  Result<std::map<std::string, StoredModel>> models(const std::string& controller) const;
  Result<std::optional<std::string>> current_model(const std::string& controller) const;

  // All that is needed to log in. name empty: $JUJU_CONTROLLER, else that of $JUJU_MODEL, else the current
  // one. Error (ask): no such controller, with those there are; never logged in.
  Result<Access> access(const std::string& name = {}) const;

  Status put_controller(const std::string& name, const StoredController& controller, const std::string& user,
                        const Secret& password) const;
  Status put_model(const std::string& controller, const std::string& owner_and_name, const StoredModel& model,
                   bool make_current) const;
  Status remove_model(const std::string& controller, const std::string& uuid) const;
  // With its account, models and cookies.
  Status remove_controller(const std::string& name) const;

  const std::string& directory() const { return directory_; }

 private:
  std::string directory_;
};

// "-m"/"-c" as the command line understands them: [CONTROLLER:][OWNER/]MODEL.
struct ModelName {
  std::string controller, owner, model;
};
ModelName read_model_name(const std::string& text);

}  // namespace microstack::juju
