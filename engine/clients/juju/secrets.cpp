#include "engine/clients/juju/secrets.h"

namespace microstack::juju {

namespace {

Json content(const SecretValues& values) {
  Json data = Json::object();
  for (const auto& [key, value] : values) data[key] = base64_encode(value.reveal());
  return {{"data", data}};
}

Result<std::vector<SecretInfo>> list_secrets(Session& model, const Json& filter, bool reveal,
                                             const Limit& limit) {
  Call call{"Secrets", "ListSecrets", {{"show-secrets", reveal}, {"filter", filter}}, true};
  MS_TRY(auto answer, model.call(call, limit));
  std::vector<SecretInfo> found;
  for (const auto& item : list(answer, "results")) {
    SecretInfo info{text(item, "uri"), text(item, "label"), text(item, "owner-tag")};
    info.revision = static_cast<int>(number(item, "latest-revision"));
    const Json& value = map(item, "value");
    if (const Json& error = map(value, "error"); !error.empty()) {
      return api_error(error, call.name() + " of " + info.label);
    }
    for (const auto& [key, coded] : map(value, "data").items()) {
      auto decoded = base64_decode(coded.get<std::string>());
      if (!decoded) return give_up("a value of secret " + info.label + " is not base64", call.name());
      info.values.emplace(key, Secret(std::move(*decoded)));
    }
    found.push_back(std::move(info));
  }
  return found;
}

Status access(Session& model, const char* request, const std::string& uri,
              const std::vector<std::string>& applications, const Limit& limit) {
  Call call{"Secrets", request, {{"uri", uri}, {"label", ""}, {"applications", applications}}};
  MS_TRY(auto answer, model.call(call, limit));
  return all_items(answer, "results", applications, call.name());
}

}  // namespace

Result<std::string> create_secret(Session& model, const std::string& label, const SecretValues& values,
                                  const Limit& limit) {
  Json arg = {{"label", label}, {"content", content(values)}, {"owner-tag", ""}};
  Call call{"Secrets", "CreateSecrets", {{"args", Json::array({arg})}}};
  MS_TRY(auto answer, model.call(call, limit));
  auto results = items(answer, "results", {"secret " + label}, call.name());
  if (results) return text(results->front(), "result");
  auto error = std::move(results).error();
  if (error.what.find("already exists") != std::string::npos) error.code = code::already_exists;
  return error;
}

Status update_secret(Session& model, const std::string& uri, const SecretValues& values, const Limit& limit) {
  Json arg = {{"uri", uri}, {"existing-label", ""}, {"content", content(values)}};
  Call call{"Secrets", "UpdateSecrets", {{"args", Json::array({arg})}}};
  MS_TRY(auto answer, model.call(call, limit));
  return all_items(answer, "results", {uri}, call.name());
}

Status remove_secret(Session& model, const std::string& uri, const Limit& limit) {
  Json arg = {{"uri", uri}, {"label", ""}};
  Call call{"Secrets", "RemoveSecrets", {{"args", Json::array({arg})}}};
  MS_TRY(auto answer, model.call(call, limit));
  auto checked = all_items(answer, "results", {uri}, call.name());
  if (checked || checked.error().has_code(code::not_found)) return {};
  return checked;
}

Status grant_secret(Session& model, const std::string& uri, const std::vector<std::string>& applications,
                    const Limit& limit) {
  return access(model, "GrantSecret", uri, applications, limit);
}

Status revoke_secret(Session& model, const std::string& uri, const std::vector<std::string>& applications,
                     const Limit& limit) {
  return access(model, "RevokeSecret", uri, applications, limit);
}

Result<std::vector<SecretInfo>> secrets(Session& model, bool reveal, const Limit& limit) {
  return list_secrets(model, Json::object(), reveal, limit);
}

Result<std::optional<SecretInfo>> find_secret(Session& model, const std::string& label, bool reveal,
                                              const Limit& limit) {
  MS_TRY(auto found, list_secrets(model, {{"label", label}}, reveal, limit));
  for (auto& info : found) {
    if (info.label == label) return std::optional(std::move(info));
  }
  return std::optional<SecretInfo>();
}

}  // namespace microstack::juju
