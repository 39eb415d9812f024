// Clouds and credentials that a controller knows. All are the controller connection's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/clients/juju/session.h"

namespace microstack::juju {

struct Cloud {
  std::string type;  // kubernetes, openstack, maas, ...
  std::string endpoint;
  std::vector<std::string> ca_certificates;
  std::vector<std::string> auth_types;
  std::vector<std::string> regions;
  std::string host_cloud_region;  // of Kubernetes; "other" where it is nobody's
  bool is_controller_cloud = false;
};
Result<std::map<std::string, Cloud>> clouds(Session& controller, const Limit& limit);
// Error with code::already_exists when there is one of that name.
Status add_cloud(Session& controller, const std::string& name, const Cloud& cloud, const Limit& limit);
Status remove_cloud(Session& controller, const std::string& name, const Limit& limit);

struct Credential {
  std::string auth_type;                     // oauth2, clientcertificate, userpass
  std::map<std::string, Secret> attributes;  // Token, rbac-id, ...
};
// cloudcred-CLOUD_USER_NAME
std::string credential_tag(const std::string& cloud, const std::string& user, const std::string& name);
// Adds it, or changes it when it is there; models that use it are checked by the controller.
Status put_credential(Session& controller, const std::string& tag, const Credential& credential,
                      const Limit& limit);
// Tags of the user's credentials for a cloud.
Result<std::vector<std::string>> credentials(Session& controller, const std::string& cloud,
                                             const Limit& limit);
// With its values. Error (ask): it is another user's.
Result<Credential> credential(Session& controller, const std::string& tag, const Limit& limit);

}  // namespace microstack::juju
