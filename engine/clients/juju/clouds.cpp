#include "engine/clients/juju/clouds.h"

#include <algorithm>

namespace microstack::juju {

namespace {

Cloud read_cloud(const Json& json) {
  Cloud cloud{text(json, "type"), text(json, "endpoint")};
  for (const auto& pem : list(json, "ca-certificates"))
    cloud.ca_certificates.push_back(pem.get<std::string>());
  for (const auto& type : list(json, "auth-types")) cloud.auth_types.push_back(type.get<std::string>());
  for (const auto& region : list(json, "regions")) cloud.regions.push_back(text(region, "name"));
  cloud.host_cloud_region = text(json, "host-cloud-region");
  cloud.is_controller_cloud = truth(json, "is-controller-cloud");
  return cloud;
}

}  // namespace

Result<std::map<std::string, Cloud>> clouds(Session& controller, const Limit& limit) {
  MS_TRY(auto answer, controller.call({"Cloud", "Clouds", Json::object(), true}, limit));
  std::map<std::string, Cloud> found;
  for (const auto& [tag, cloud] : map(answer, "clouds").items())
    found[without_tag(tag, "cloud")] = read_cloud(cloud);
  return found;
}

Status add_cloud(Session& controller, const std::string& name, const Cloud& cloud, const Limit& limit) {
  Json json = {{"type", cloud.type}, {"auth-types", cloud.auth_types}, {"endpoint", cloud.endpoint}};
  if (!cloud.host_cloud_region.empty()) json["host-cloud-region"] = cloud.host_cloud_region;
  if (!cloud.ca_certificates.empty()) json["ca-certificates"] = cloud.ca_certificates;
  for (const auto& region : cloud.regions) json["regions"].push_back({{"name", region}});
  auto answer = controller.call({"Cloud", "AddCloud", {{"cloud", json}, {"name", name}}}, limit);
  if (answer) return {};
  auto error = std::move(answer).error();
  if (error.what.find("already exists") != std::string::npos) error.code = code::already_exists;
  return doing("adding cloud " + name, std::move(error));
}

Status remove_cloud(Session& controller, const std::string& name, const Limit& limit) {
  Json entity = {{"tag", "cloud-" + name}};
  Call call{"Cloud", "RemoveClouds", {{"entities", Json::array({entity})}}};
  MS_TRY(auto answer, controller.call(call, limit));
  auto checked = all_items(answer, "results", {"cloud " + name}, call.name());
  if (checked || checked.error().has_code(code::not_found)) return {};
  return checked;
}

std::string credential_tag(const std::string& cloud, const std::string& user, const std::string& name) {
  return "cloudcred-" + cloud + "_" + user + "_" + name;
}

Status put_credential(Session& controller, const std::string& tag, const Credential& credential,
                      const Limit& limit) {
  Json attributes = Json::object();
  for (const auto& [key, value] : credential.attributes) attributes[key] = value.reveal();
  Json arg = {{"tag", tag}, {"credential", {{"auth-type", credential.auth_type}, {"attrs", attributes}}}};
  Call call{"Cloud", "UpdateCredentialsCheckModels", {{"credentials", Json::array({arg})}, {"force", false}}};
  MS_TRY(auto answer, controller.call(call, limit));
  return all_items(answer, "results", {tag}, call.name());
}

Result<std::vector<std::string>> credentials(Session& controller, const std::string& cloud,
                                             const Limit& limit) {
  Json arg = {{"user-tag", controller.access().user_tag()}, {"cloud-tag", "cloud-" + cloud}};
  Call call{"Cloud", "UserCredentials", {{"user-clouds", Json::array({arg})}}, true};
  MS_TRY(auto answer, controller.call(call, limit));
  MS_TRY(auto results, items(answer, "results", {"cloud " + cloud}, call.name()));
  return list(results.front(), "result").get<std::vector<std::string>>();
}

Result<Credential> credential(Session& controller, const std::string& tag, const Limit& limit) {
  const auto full = without_tag(tag, "cloudcred");
  const auto first = full.find('_'), second = full.find('_', first + 1);
  if (first == std::string::npos || second == std::string::npos)
    return give_up("\"" + tag + "\" is no tag of a credential");
  const auto user = full.substr(first + 1, second - first - 1);
  if (user != controller.access().user)
    return ask("the credential belongs to user " + user, tag, "log in as that user");
  Json arg = {{"cloud-name", full.substr(0, first)}, {"credential-name", full.substr(second + 1)}};
  Call call{
      "Cloud", "CredentialContents", {{"credentials", Json::array({arg})}, {"include-secrets", true}}, true};
  MS_TRY(auto answer, controller.call(call, limit));
  MS_TRY(auto results, items(answer, "results", {"credential " + tag}, call.name()));
  const Json content = map(map(results.front(), "result"), "content");
  Credential found{text(content, "auth-type"), {}};
  for (const auto& [key, value] : map(content, "attrs").items())
    found.attributes[key] = Secret(value.get<std::string>());
  return found;
}

}  // namespace microstack::juju
