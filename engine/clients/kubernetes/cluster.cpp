#include "engine/clients/kubernetes/cluster.h"

#include <algorithm>

namespace microstack::kubernetes {
namespace {

constexpr int page = 500;  // objects of one answer, as kubectl asks for

std::string escape(const std::string& text) {
  static const char* digits = "0123456789ABCDEF";
  std::string out;
  for (const unsigned char c : text) {
    if (std::isalnum(c) || c == '-' || c == '_' || c == '.' || c == '~') {
      out += static_cast<char>(c);
    } else {
      out += '%';
      out += digits[c >> 4];
      out += digits[c & 15];
    }
  }
  return out;
}

std::string with_query(std::string path, const std::vector<std::pair<std::string, std::string>>& query) {
  char mark = path.find('?') == path.npos ? '?' : '&';
  for (const auto& [key, value] : query) {
    if (value.empty()) continue;
    path += mark + key + "=" + escape(value);
    mark = '&';
  }
  return path;
}

std::string place(const http::Request& request) {
  return request.method + " " + request.url.substr(0, request.url.find('?'));
}

}  // namespace

std::string api_path(const std::string& api_version, const std::string& namespace_name) {
  const bool core = api_version.find('/') == api_version.npos;
  return (core ? "/api/" : "/apis/") + api_version +
         (namespace_name.empty() ? "" : "/namespaces/" + namespace_name);
}

std::string query_of(const Selection& selection) {
  return (selection.labels.empty() ? "" : "&labelSelector=" + escape(selection.labels)) +
         (selection.fields.empty() ? "" : "&fieldSelector=" + escape(selection.fields));
}

const Json& part_at(const Json& object, const std::string& pointer) {
  static const Json nothing = nullptr;
  const Json::json_pointer where(pointer);
  return object.contains(where) ? object.at(where) : nothing;
}

std::string text_at(const Json& object, const std::string& pointer) {
  const Json& part = part_at(object, pointer);
  return part.is_string() ? part.get<std::string>() : "";
}

Error error_of_status(const Json& status, const std::string& where) {
  const int code = part_at(status, "/code").is_number_integer() ? status["code"].get<int>() : 0;
  const std::string message = text_at(status, "/message");
  Error error = give_up((code ? "HTTP " + std::to_string(code) + ": " : "") +
                            (message.empty() ? "the API server gave no reason" : message),
                        where);
  error.code = text_at(status, "/reason");
  if (code == 408 || code == 429 || code >= 500) error.kind = ErrorKind::retry;
  if (code == 400 || code == 401 || code == 403 || code == 409 || code == 422) error.kind = ErrorKind::ask;
  if (code == 401) error.fix = "the API server does not know these credentials: get a kubeconfig anew";
  if (code == 403) error.fix = "use a kubeconfig of an administrator, or have the right granted (RBAC)";
  return error;
}

Error refusal(const http::Request& request, const http::Response& response) {
  Json status = Json::parse(response.body, nullptr, false);
  if (!status.is_object() || text_at(status, "/kind") != "Status") {
    // A proxy in between, or something that is no API server.
    std::string said = response.body.substr(0, 200);
    status = {{"message", said.empty() ? "no message" : said}};
  }
  status["code"] = response.status;
  return error_of_status(status, place(request));
}

Cluster::Way Cluster::way_to(const Access& access) {
  if (access.server_name.empty()) return {access.server, {}};
  // The certificate's name stands in the URL, and the connection goes to where the server is.
  const auto begin = access.server.find("://") + 3;
  const auto end = std::min(access.server.find('/', begin), access.server.size());
  std::string address = access.server.substr(begin, end - begin);
  const auto colon = address.rfind(':');
  if (colon == address.npos || address.find(']', colon) != address.npos)
    address += access.server.starts_with("https") ? ":443" : ":80";
  const std::string name = access.server_name + address.substr(address.rfind(':'));
  return {access.server.substr(0, begin) + name + access.server.substr(end), {{name, address}}};
}

Cluster::Cluster(Access access, Options options)
    : access_(std::move(access)),
      options_(std::move(options)),
      credentials_(access_),
      way_(way_to(access_)) {}
Cluster::~Cluster() = default;

std::shared_ptr<http::Client> Cluster::client(const Credentials& credentials) {
  std::lock_guard lock(mutex_);
  const bool same_certificate = client_ &&
                                credentials.certificate_pem == client_credentials_.certificate_pem &&
                                credentials.key_pem == client_credentials_.key_pem;
  if (same_certificate) return client_;
  http::Options options;
  options.ca_pem = access_.ca_pem;
  options.verify = access_.verify;
  options.proxy = access_.proxy;
  options.attempts = options_.attempts;
  options.client_certificate_pem = credentials.certificate_pem;
  options.client_key_pem = credentials.key_pem;
  if (options_.wait) options.wait = options_.wait;
  options.connect_to = way_.connect_to;
  client_ = std::make_shared<http::Client>(std::move(options));
  client_credentials_ = credentials;
  return client_;
}

Result<http::Response> Cluster::call(http::Request request, std::stop_token stop) {
  request.url = way_.base + request.url;
  const auto headers = request.headers;
  MS_TRY(auto credentials, credentials_.get(nullptr, stop));
  for (bool renewed = false;; renewed = true) {
    const auto client_now = client(credentials);
    request.headers = headers;
    if (!credentials.token.empty())
      request.headers.emplace_back("Authorization",
                                   "Bearer " + credentials.token.reveal());  // how one logs in
    auto answer = client_now->send(request, stop);
    if (!answer || answer->status != 401 || renewed || !credentials_.can_renew()) return answer;
    const Credentials refused = credentials;
    MS_TRY(credentials, credentials_.get(&refused, stop));
    if (credentials == refused) return answer;
  }
}

Result<Json> Cluster::send(const std::string& method, const std::string& path, const Json& body,
                           std::stop_token stop) {
  http::Request request;
  request.method = method;
  request.url = path;
  request.limit = options_.limit;
  request.headers.emplace_back("Accept", "application/json");
  if (!body.is_null()) {
    request.body = body.dump();
    request.headers.emplace_back("Content-Type", "application/json");
  }
  MS_TRY(auto response, call(request, stop));
  request.url = access_.server + path;
  if (!response.ok()) return refusal(request, response);
  if (response.body.empty()) return Json(nullptr);
  return response.json();
}

Result<Cluster::List> Cluster::list(const std::string& path, const Selection& selection,
                                    std::stop_token stop) {
  for (int again = 0;; ++again) {
    auto all = list_once(path, selection, stop);
    if (all || again == 2 || !(all.error().has_code("Expired") || all.error().has_code("Gone"))) return all;
  }
}

Result<Cluster::List> Cluster::list_once(const std::string& path, const Selection& selection,
                                         std::stop_token stop) {
  List all;
  std::string next;
  do {
    MS_TRY(auto answer,
           get(with_query(path, {{"limit", std::to_string(page)}, {"continue", next}}) + query_of(selection),
               stop));
    std::string kind = text_at(answer, "/kind");
    if (kind.ends_with("List")) kind.resize(kind.size() - 4);
    for (auto& item : answer["items"]) {
      if (!item.is_object()) continue;
      item["apiVersion"] = text_at(answer, "/apiVersion");
      item["kind"] = kind;
      all.items.push_back(std::move(item));
    }
    all.version = text_at(answer, "/metadata/resourceVersion");
    next = text_at(answer, "/metadata/continue");
  } while (!next.empty());
  return all;
}

Result<std::string> Cluster::path_of(const Json& object, std::stop_token stop) {
  const std::string version = text_at(object, "/apiVersion"), kind = text_at(object, "/kind");
  const std::string name = text_at(object, "/metadata/name");
  if (version.empty() || kind.empty() || name.empty())
    return give_up("an object needs apiVersion, kind and metadata.name");
  std::map<std::string, Kind> known;
  {
    std::lock_guard lock(mutex_);
    known = kinds_[version];
  }
  if (!known.contains(kind)) {  // also after a definition was added: asked again
    auto answer = get(api_path(version), stop);
    if (!answer && answer.error().has_code("NotFound"))
      return doing("the cluster knows no " + version, std::move(answer).error());
    if (!answer) return std::move(answer).error();
    for (const auto& resource : (*answer)["resources"]) {
      const auto plural = text_at(resource, "/name");
      if (plural.find('/') == plural.npos)
        known[text_at(resource, "/kind")] = {plural, part_at(resource, "/namespaced") == Json(true)};
    }
    std::lock_guard lock(mutex_);
    kinds_[version] = known;
  }
  const auto found = known.find(kind);
  if (found == known.end()) {
    std::string there;
    for (const auto& [each, ignored] : known) there += (there.empty() ? "" : ", ") + each;
    return ask("the cluster knows no " + kind + " in " + version, access_.server, "it has " + there);
  }
  std::string namespace_name;
  if (found->second.namespaced) {
    namespace_name = text_at(object, "/metadata/namespace");
    if (namespace_name.empty()) namespace_name = access_.namespace_name;
  }
  return api_path(version, namespace_name) + "/" + found->second.plural + "/" + name;
}

Result<Json> Cluster::apply(const Json& object, bool force, std::stop_token stop) {
  MS_TRY(const auto path, path_of(object, stop));
  http::Request request;
  request.method = "PATCH";
  request.url = with_query(path, {{"fieldManager", options_.manager}, {"force", force ? "true" : "false"}});
  request.limit = options_.limit;
  request.idempotent = true;  // what is applied twice is the same
  request.body = object.dump();
  request.headers = {{"Content-Type", "application/apply-patch+yaml"}, {"Accept", "application/json"}};
  MS_TRY(auto response, call(request, stop));
  request.url = access_.server + path;
  if (!response.ok())
    return doing("applying " + text_at(object, "/kind") + " " + text_at(object, "/metadata/name"),
                 refusal(request, response));
  return response.json();
}

Status Cluster::remove(const std::string& path, std::stop_token stop) {
  auto answer = send("DELETE", with_query(path, {{"propagationPolicy", "Background"}}), nullptr, stop);
  if (!answer && !answer.error().has_code("NotFound")) return std::move(answer).error();
  return {};
}

Result<std::string> Cluster::log(const std::string& namespace_name, const std::string& pod,
                                 const std::string& container, int lines, bool previous,
                                 std::stop_token stop) {
  http::Request request;
  request.limit = options_.limit;
  const std::string path = api_path("v1", namespace_name) + "/pods/" + pod + "/log";
  request.url = with_query(
      path,
      {{"container", container}, {"tailLines", std::to_string(lines)}, {"previous", previous ? "true" : ""}});
  MS_TRY(auto response, call(request, stop));
  request.url = access_.server + path;
  if (!response.ok()) return refusal(request, response);
  return std::move(response.body);
}

}  // namespace microstack::kubernetes
