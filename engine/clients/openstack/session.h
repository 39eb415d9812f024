// Keystone v3: who is calling, with which scope, and where the services are. A session is one scope; its
// token is got at the first call, kept, and renewed before it expires or when a service no longer takes it.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/secret.h"
#include "engine/clients/http/client.h"

namespace microstack::openstack {

// An account and its scope: a password with a project, or an application credential (which carries its
// project).
struct Access {
  std::string auth_url;  // ends in /v3
  std::string region = "RegionOne";
  std::string interface = "public";
  std::string user;
  std::string user_domain = "Default";
  Secret password;
  std::string project;
  std::string project_domain = "Default";
  std::string application_credential_id;  // instead of user and project
  Secret application_credential_secret;
};

class Session {
 public:
  using Clock = std::function<std::chrono::system_clock::time_point()>;
  // `http` must outlive the session. Nothing is sent yet.
  Session(http::Client& http, Access access, Clock clock = std::chrono::system_clock::now);

  // A call of a service ("identity", "compute", "image", "network", "placement", ...). `path` begins behind
  // the endpoint's version: "/servers/detail?name=a" of compute, "/v2.0/networks" of network, "/v2/images" of
  // image,
  // "/projects" of identity. Any status is a value, except 401, which renews the token once.
  Result<http::Response> call(const std::string& service, http::Request request, std::stop_token stop = {});

  // The same, where anything but 2xx is an error, with JSON in and out. An empty answer is null.
  Result<Json> get(const std::string& service, const std::string& path, std::stop_token stop = {});
  Result<Json> send(const std::string& method, const std::string& service, const std::string& path,
                    const Json& body = nullptr, std::stop_token stop = {});

  // URL of a service in the session's region and interface. Error: the types that are there.
  Result<std::string> endpoint(const std::string& service, std::stop_token stop = {});
  // type -> public URL, of the session's region.
  Result<std::map<std::string, std::string>> endpoints(std::stop_token stop = {});

  Result<std::string> user_id(std::stop_token stop = {});
  Result<std::string> project_id(std::stop_token stop = {});

  const Access& access() const { return access_; }
  http::Client& http() { return http_; }

 private:
  struct Token {
    std::string text;
    std::chrono::system_clock::time_point expires;
    std::string user_id;
    std::string project_id;
    Json catalogue = Json::array();
  };
  Result<Token> token(std::stop_token stop, const std::string& refused = {});
  Result<Token> authenticate(std::stop_token stop);
  Result<std::string> endpoint_of(const Token& token, const std::string& service,
                                  const std::string& interface) const;

  http::Client& http_;
  Access access_;
  Clock clock_;
  std::mutex mutex_;  // of token_: one authentication serves all waiting calls
  Token token_;
};

// A value for a query: "a b" -> "a%20b".
std::string url_escape(const std::string& text);

}  // namespace microstack::openstack
