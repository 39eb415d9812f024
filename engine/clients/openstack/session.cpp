#include "engine/clients/openstack/session.h"

#include <ctime>

namespace microstack::openstack {
namespace {

using namespace std::chrono_literals;

Json authentication(const Access& access) {
  if (!access.application_credential_id.empty()) {
    return {{"auth",
             {{"identity",
               {{"methods", Json::array({"application_credential"})},
                {"application_credential",
                 {{"id", access.application_credential_id},
                  {"secret", access.application_credential_secret.reveal()}}}}}}}};
  }
  Json auth = {{"identity",
                {{"methods", Json::array({"password"})},
                 {"password",
                  {{"user",
                    {{"name", access.user},
                     {"domain", {{"name", access.user_domain}}},
                     {"password", access.password.reveal()}}}}}}}};
  if (!access.project.empty())
    auth["scope"] = {{"project", {{"name", access.project}, {"domain", {{"name", access.project_domain}}}}}};
  return {{"auth", auth}};
}

// "2026-11-22T15:00:00.000000Z"; the epoch when it cannot be read, so that the token is not kept.
std::chrono::system_clock::time_point parse_time(const std::string& text) {
  std::tm time{};
  if (!strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &time)) return {};
  return std::chrono::system_clock::from_time_t(timegm(&time));
}

// What a service needs to be told besides the token. The versions are of 2024.1 and older, so that every
// release that is deployed has them.
void add_versions(const std::string& service, http::Request& request) {
  for (const auto& [name, value] : request.headers)
    if (name == "OpenStack-API-Version") return;  // the call has one of its own
  if (service == "compute") request.headers.emplace_back("OpenStack-API-Version", "compute 2.79");
  if (service == "placement") request.headers.emplace_back("OpenStack-API-Version", "placement 1.36");
}

void trim(std::string& url, const std::string& end) {
  if (url.ends_with(end)) url.resize(url.size() - end.size());
}

}  // namespace

std::string url_escape(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      out.push_back(static_cast<char>(c));
    else
      out.append({'%', digits[c >> 4], digits[c & 15]});
  }
  return out;
}

Session::Session(http::Client& http, Access access, Clock clock)
    : http_(http), access_(std::move(access)), clock_(std::move(clock)) {
  trim(access_.auth_url, "/");
}

Result<Session::Token> Session::authenticate(std::stop_token stop) {
  auto request = http::post_json(access_.auth_url + "/auth/tokens", authentication(access_));
  request.idempotent = true;
  auto answer = http::send_ok(http_, request, stop);
  const std::string who = access_.application_credential_id.empty()
                              ? "user " + access_.user
                              : std::string("an application credential");
  if (!answer) return doing("logging in to Keystone as " + who, std::move(answer).error());
  MS_TRY(const Json body, answer->json());
  const auto at = [&body](const char* pointer) {
    return body.value(Json::json_pointer(pointer), std::string());
  };
  Token token;
  token.text = answer->header("x-subject-token");
  token.expires = parse_time(at("/token/expires_at"));
  token.user_id = at("/token/user/id");
  token.project_id = at("/token/project/id");
  token.catalogue = body.value(Json::json_pointer("/token/catalog"), Json::array());
  if (token.text.empty())
    return give_up("Keystone answered without a token", request.url,
                   "check that this is the URL of Keystone");
  return token;
}

Result<Session::Token> Session::token(std::stop_token stop, const std::string& refused) {
  std::lock_guard lock(mutex_);
  const bool usable = !token_.text.empty() && token_.text != refused && clock_() + 60s < token_.expires;
  if (!usable) {
    MS_TRY(token_, authenticate(stop));
  }
  return token_;
}

Result<std::string> Session::endpoint_of(const Token& token, const std::string& service,
                                         const std::string& interface) const {
  // The region's Keystone is where the session logged in, whatever a stale catalogue says.
  if (service == "identity") return access_.auth_url;
  std::string there;
  for (const auto& entry : token.catalogue) {
    const auto type = entry.value("type", std::string());
    there += (there.empty() ? "" : ", ") + type;
    if (type != service && !(service == "block-storage" && type == "volumev3")) continue;
    for (const auto& endpoint : entry.value("endpoints", Json::array())) {
      if (endpoint.value("interface", std::string()) != interface) continue;
      if (!access_.region.empty() && endpoint.value("region_id", std::string()) != access_.region) continue;
      auto url = endpoint.value("url", std::string());
      trim(url, "/");
      if (service == "network") trim(url, "/v2.0");
      if (service == "image") trim(url, "/v2");
      return url;
    }
  }
  return ask("the cloud has no " + interface + " endpoint of service type " + service + " in region " +
                 access_.region + (there.empty() ? "" : "; it has: " + there),
             access_.auth_url, "enable the component that brings it, or correct the region");
}

Result<std::string> Session::endpoint(const std::string& service, std::stop_token stop) {
  MS_TRY(const Token now, token(stop));
  return endpoint_of(now, service, access_.interface);
}

Result<std::map<std::string, std::string>> Session::endpoints(std::stop_token stop) {
  MS_TRY(const Token now, token(stop));
  std::map<std::string, std::string> all;
  for (const auto& entry : now.catalogue) {
    for (const auto& endpoint : entry.value("endpoints", Json::array())) {
      if (endpoint.value("interface", std::string()) == access_.interface &&
          (access_.region.empty() || endpoint.value("region_id", std::string()) == access_.region))
        all[entry.value("type", std::string())] = endpoint.value("url", std::string());
    }
  }
  return all;
}

Result<std::string> Session::user_id(std::stop_token stop) {
  MS_TRY(const Token now, token(stop));
  return now.user_id;
}

Result<std::string> Session::project_id(std::stop_token stop) {
  MS_TRY(const Token now, token(stop));
  return now.project_id;
}

Result<http::Response> Session::call(const std::string& service, http::Request request,
                                     std::stop_token stop) {
  const auto path = request.url;
  add_versions(service, request);
  std::string refused;
  for (;;) {
    MS_TRY(const Token now, token(stop, refused));
    MS_TRY(const std::string base, endpoint_of(now, service, access_.interface));
    http::Request authorised = request;
    authorised.url = base + path;
    authorised.headers.emplace_back("X-Auth-Token", now.text);
    MS_TRY(auto response, http_.send(authorised, stop));
    const bool renew =
        response.status == 401 && refused.empty() && (!request.upload || request.upload->rewind());
    if (!renew) return response;
    refused = now.text;
  }
}

Result<Json> Session::send(const std::string& method, const std::string& service, const std::string& path,
                           const Json& body, std::stop_token stop) {
  http::Request request;
  request.method = method;
  request.url = path;
  request.headers = {{"Accept", "application/json"}};
  if (!body.is_null()) {
    request.headers.emplace_back("Content-Type", "application/json");
    request.body = body.dump();
  }
  MS_TRY(auto response, call(service, request, stop));
  if (!response.ok()) {
    request.url = service + " " + path;
    return http::status_error(request, response);
  }
  if (response.body.empty()) return Json();
  return response.json();
}

Result<Json> Session::get(const std::string& service, const std::string& path, std::stop_token stop) {
  return send("GET", service, path, nullptr, stop);
}

}  // namespace microstack::openstack
