#include "engine/clients/openstack/identity.h"

#include <ctime>

#include "engine/clients/openstack/collection.h"

namespace microstack::openstack {
namespace {

Result<Collection> credentials_of_user(Session& session, std::stop_token stop) {
  MS_TRY(const std::string user, session.user_id(stop));
  return Collection{"identity", "/users/" + user + "/application_credentials", "application_credential",
                    "application_credentials"};
}

std::string keystone_time(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000000Z", &parts);
  return text;
}

ApplicationCredential parsed(const Json& json) {
  ApplicationCredential credential;
  credential.id = json.value("id", std::string());
  credential.name = json.value("name", std::string());
  credential.secret = Secret(json.value("secret", std::string()));
  if (json.contains("expires_at") && json["expires_at"].is_string())
    credential.expires_at = json["expires_at"];
  return credential;
}

}  // namespace

Status assign_role(Session& session, const std::string& project_id, const std::string& user_id,
                   const std::string& role_id, std::stop_token stop) {
  auto answer =
      session.send("PUT", "identity", "/projects/" + project_id + "/users/" + user_id + "/roles/" + role_id,
                   nullptr, stop);
  if (!answer) return doing("assigning a role", std::move(answer).error());
  return {};
}

Result<ApplicationCredential> create_application_credential(Session& session,
                                                            const ApplicationCredentialWish& wish,
                                                            std::stop_token stop) {
  MS_TRY(const Collection kind, credentials_of_user(session, stop));
  Json body = {{"name", wish.name}, {"description", wish.description}};
  for (const auto& role : wish.roles) body["roles"].push_back({{"name", role}});
  if (wish.expires_at) body["expires_at"] = keystone_time(*wish.expires_at);
  MS_TRY(const Json made, create(session, kind, body, stop));
  return parsed(made);
}

Status revoke_application_credential(Session& session, const std::string& id, std::stop_token stop) {
  MS_TRY(const Collection kind, credentials_of_user(session, stop));
  return remove(session, kind, id, stop);
}

Result<std::vector<ApplicationCredential>> application_credentials(Session& session, std::stop_token stop) {
  MS_TRY(const Collection kind, credentials_of_user(session, stop));
  MS_TRY(const auto found, list(session, kind, {}, stop));
  std::vector<ApplicationCredential> all;
  for (const auto& one : found) all.push_back(parsed(one));
  return all;
}

}  // namespace microstack::openstack
