// Keystone beyond named things: role assignments and application credentials.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/clients/openstack/session.h"

namespace microstack::openstack {

// Succeeds when it is assigned already.
Status assign_role(Session& session, const std::string& project_id, const std::string& user_id,
                   const std::string& role_id, std::stop_token stop = {});

struct ApplicationCredential {
  std::string id;
  std::string name;
  Secret secret;
  std::string expires_at;  // empty: never
};

struct ApplicationCredentialWish {
  std::string name;
  std::string description;
  std::vector<std::string> roles;  // by name; empty: all the user has in the session's project
  std::optional<std::chrono::system_clock::time_point> expires_at;
};

// Of the session's user, in the session's project. Keystone shows the secret this once. One of the same name
// is an error of kind ask.
Result<ApplicationCredential> create_application_credential(Session& session,
                                                            const ApplicationCredentialWish& wish,
                                                            std::stop_token stop = {});
// Succeeds when it is gone already.
Status revoke_application_credential(Session& session, const std::string& id, std::stop_token stop = {});
// Those of the session's user, without their secrets.
Result<std::vector<ApplicationCredential>> application_credentials(Session& session,
                                                                   std::stop_token stop = {});

}  // namespace microstack::openstack
