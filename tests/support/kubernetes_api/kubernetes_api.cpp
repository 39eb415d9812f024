#include "tests/support/kubernetes_api/kubernetes_api.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <sstream>

#include "engine/base/hash.h"
#include "engine/clients/kubernetes/cluster.h"

namespace microstack::testing {
namespace {

using kubernetes::api_path;
using kubernetes::text_at;

struct Kind {
  const char *version, *kind, *plural;
  bool namespaced;
};
constexpr Kind kinds[] = {{"v1", "Namespace", "namespaces", false},
                          {"v1", "Node", "nodes", false},
                          {"v1", "Pod", "pods", true},
                          {"v1", "Event", "events", true},
                          {"v1", "ConfigMap", "configmaps", true},
                          {"v1", "Service", "services", true},
                          {"v1", "PersistentVolumeClaim", "persistentvolumeclaims", true},
                          {"apps/v1", "Deployment", "deployments", true},
                          {"apps/v1", "StatefulSet", "statefulsets", true},
                          {"apps/v1", "ReplicaSet", "replicasets", true},
                          {"storage.k8s.io/v1", "StorageClass", "storageclasses", false}};

const Kind* kind_of(const std::string& version, const std::string& name) {
  for (const auto& kind : kinds)
    if (version == kind.version && (name == kind.kind || name == kind.plural)) return &kind;
  return nullptr;
}

std::string path_of(const Json& object) {
  const Kind* kind = kind_of(text_at(object, "/apiVersion"), text_at(object, "/kind"));
  return api_path(kind->version, kind->namespaced ? text_at(object, "/metadata/namespace") : "") + "/" +
         kind->plural + "/" + text_at(object, "/metadata/name");
}

// What a path means: /api/v1/namespaces/a/pods/b.
struct Place {
  std::string version, namespace_name, plural, name, rest;
};
Place read_path(const std::string& path) {
  std::vector<std::string> words;
  std::stringstream stream(path);
  for (std::string word; std::getline(stream, word, '/');)
    if (!word.empty()) words.push_back(word);
  Place place;
  std::size_t i = 1;
  const auto next = [&] { return i < words.size() ? words[i++] : std::string(); };
  place.version = next();
  if (!words.empty() && words[0] == "apis") place.version += "/" + next();
  if (words.size() > i + 2 && words[i] == "namespaces") {
    ++i;
    place.namespace_name = next();
  }
  place.plural = next();
  place.name = next();
  place.rest = next();
  return place;
}

std::string unescape(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::map<std::string, std::string> read_query(const std::string& query) {
  std::map<std::string, std::string> out;
  std::stringstream stream(query);
  for (std::string pair; std::getline(stream, pair, '&');) {
    const auto equal = pair.find('=');
    if (equal != pair.npos) out[pair.substr(0, equal)] = unescape(pair.substr(equal + 1));
  }
  return out;
}

HttpResponse json(int status, const Json& body) {
  return {status, body.dump(), {{"Content-Type", "application/json"}}};
}

HttpResponse refuse(int code, const std::string& reason, const std::string& message) {
  return json(code, {{"kind", "Status"},
                     {"apiVersion", "v1"},
                     {"metadata", Json::object()},
                     {"status", "Failure"},
                     {"message", message},
                     {"reason", reason},
                     {"code", code}});
}

HttpResponse not_found(const std::string& plural, const std::string& name) {
  return refuse(404, "NotFound", plural + " \"" + name + "\" not found");
}

// "a=b,c=d" of labels or of fields like metadata.name and status.phase; != as well.
bool fits(const Json& object, const std::string& labels, const std::string& fields) {
  const auto each = [&](const std::string& text, const auto& value_of) {
    std::stringstream stream(text);
    for (std::string part; std::getline(stream, part, ',');) {
      const auto equal = part.find('=');
      if (equal == part.npos) continue;
      const bool differs = equal > 0 && part[equal - 1] == '!';
      const auto key = part.substr(0, equal - (differs ? 1 : 0)), wanted = part.substr(equal + 1);
      if ((value_of(key) == wanted) == differs) return false;
    }
    return true;
  };
  const auto label = [&](const std::string& key) {
    const Json& all = kubernetes::part_at(object, "/metadata/labels");
    return all.is_object() ? all.value(key, std::string()) : std::string();
  };
  const auto field = [&](std::string key) {
    std::replace(key.begin(), key.end(), '.', '/');
    return text_at(object, "/" + key);
  };
  return each(labels, label) && each(fields, field);
}

// Fields as paths with their values; a list is one value.
void flatten(const Json& value, const std::string& path, std::map<std::string, Json>& out) {
  if (!value.is_object() || value.empty()) {
    out[path] = value;
    return;
  }
  for (const auto& [key, item] : value.items()) {
    std::string safe;
    for (const char c : key) safe += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
    flatten(item, path + "/" + safe, out);
  }
}

bool identity(const std::string& field) {
  return field == "/apiVersion" || field == "/kind" || field == "/metadata/name" ||
         field == "/metadata/namespace";
}

}  // namespace

KubernetesApi::KubernetesApi(const Options& options) : admin_(authority_.client("admin", "system:masters")) {
  server_ = std::make_unique<HttpServer>(
      [this](const HttpRequest& request) { return answer(request); },
      authority_.server(options.certificate_address, -86400, options.certificate_until), authority_.pem());
  put({{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", "default"}}}});
}

KubernetesApi::~KubernetesApi() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  server_.reset();
}

std::string KubernetesApi::kubeconfig() const {
  return kubeconfig(admin_);
}
std::string KubernetesApi::kubeconfig(const Certificate& client, const std::string& ca_pem) const {
  return "apiVersion: v1\nkind: Config\nclusters: [{name: lab, cluster: {server: \"" + url() +
         "\", certificate-authority-data: " + to_base64(ca_pem.empty() ? authority_.pem() : ca_pem) +
         "}}]\nusers: [{name: admin, user: {client-certificate-data: " + to_base64(client.certificate_pem) +
         ", client-key-data: " + to_base64(client.key_pem) +
         "}}]\ncontexts: [{name: lab, context: {cluster: lab, user: admin}}]\ncurrent-context: lab\n";
}
std::string KubernetesApi::kubeconfig_of_token(const std::string& token) const {
  return "apiVersion: v1\nkind: Config\nclusters: [{name: lab, cluster: {server: \"" + url() +
         "\", certificate-authority-data: " + to_base64(authority_.pem()) +
         "}}]\nusers: [{name: robot, user: {token: \"" + token +
         "\"}}]\ncontexts: [{name: lab, context: {cluster: lab, user: robot}}]\ncurrent-context: lab\n";
}

void KubernetesApi::put(Json object) {
  std::lock_guard lock(mutex_);
  const auto path = path_of(object);  // before it is moved from
  store(path, std::move(object));
}
void KubernetesApi::erase(const std::string& path) {
  std::lock_guard lock(mutex_);
  drop(path);
}
Json KubernetesApi::at(const std::string& path) {
  std::lock_guard lock(mutex_);
  const auto found = objects_.find(path);
  return found == objects_.end() ? Json(nullptr) : found->second;
}
void KubernetesApi::set_version(const std::string& version) {
  std::lock_guard lock(mutex_);
  git_version_ = version;
}
void KubernetesApi::set_log(const std::string& pod, const std::string& container, bool previous,
                            const std::string& text) {
  std::lock_guard lock(mutex_);
  logs_[pod + "/" + container + (previous ? "/previous" : "")] = text;
}
void KubernetesApi::accept_token(const std::string& token, const std::string& user) {
  std::lock_guard lock(mutex_);
  tokens_.clear();
  tokens_[token] = user;
}
void KubernetesApi::forbid(const std::string& user) {
  std::lock_guard lock(mutex_);
  forbidden_.insert(user);
}
void KubernetesApi::cut_watches_after(int events, int times) {
  std::lock_guard lock(mutex_);
  cut_after_ = events;
  cut_times_ = times;
}
void KubernetesApi::forget_the_past() {
  std::lock_guard lock(mutex_);
  forgotten_ = ++version_;
  changes_.clear();
}
int KubernetesApi::requests(const std::string& beginning) {
  std::lock_guard lock(mutex_);
  return static_cast<int>(std::count_if(seen_.begin(), seen_.end(),
                                        [&](const auto& line) { return line.starts_with(beginning); }));
}

void KubernetesApi::store(const std::string& path, Json object) {
  const auto old = objects_.find(path);
  auto& meta = object["metadata"];
  meta["uid"] =
      old == objects_.end() ? "uid-" + std::to_string(version_) : text_at(old->second, "/metadata/uid");
  if (!meta.contains("creationTimestamp")) meta["creationTimestamp"] = "2026-01-01T00:00:00Z";
  meta["resourceVersion"] = std::to_string(++version_);
  changes_.push_back(
      {version_, path.substr(0, path.rfind('/')), old == objects_.end() ? "ADDED" : "MODIFIED", object});
  objects_[path] = std::move(object);
  changed_.notify_all();
}

void KubernetesApi::drop(const std::string& path) {
  const auto found = objects_.find(path);
  if (found == objects_.end()) return;
  Json last = found->second;
  last["metadata"]["resourceVersion"] = std::to_string(++version_);
  changes_.push_back({version_, path.substr(0, path.rfind('/')), "DELETED", std::move(last)});
  objects_.erase(found);
  owners_.erase(path);
  changed_.notify_all();
}

HttpResponse KubernetesApi::answer(const HttpRequest& request) {
  std::lock_guard lock(mutex_);
  seen_.push_back(request.method + " " + request.path);
  std::string user = request.client;
  if (const auto header = request.headers.find("authorization"); header != request.headers.end()) {
    const auto known = tokens_.find(header->second.substr(std::strlen("Bearer ")));
    if (known == tokens_.end()) return refuse(401, "Unauthorized", "Unauthorized");
    user = known->second;
  }
  if (user.empty()) return refuse(401, "Unauthorized", "Unauthorized");
  const auto query = read_query(request.query);
  if (request.path == "/version") return json(200, {{"gitVersion", git_version_}});
  if (request.path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
    return json(201, {{"status", {{"allowed", !forbidden_.contains(user)}}}});
  const Place place = read_path(request.path);
  if (forbidden_.contains(user))
    return refuse(
        403, "Forbidden",
        place.plural + " is forbidden: User \"" + user + "\" cannot list resource \"" + place.plural + "\"");
  if (request.path == "/apis") {
    Json groups = Json::array();
    for (const char* name : {"apps", "storage.k8s.io"}) groups.push_back({{"name", name}});
    return json(200, {{"kind", "APIGroupList"}, {"groups", groups}});
  }
  if (place.plural.empty()) {
    Json resources = Json::array();
    for (const auto& kind : kinds) {
      if (place.version == kind.version)
        resources.push_back({{"name", kind.plural}, {"kind", kind.kind}, {"namespaced", kind.namespaced}});
    }
    if (resources.empty()) return refuse(404, "NotFound", "the server could not find the requested resource");
    return json(200,
                {{"kind", "APIResourceList"}, {"groupVersion", place.version}, {"resources", resources}});
  }
  if (!kind_of(place.version, place.plural))
    return refuse(404, "NotFound", "the server could not find the requested resource");
  if (place.rest == "log") return log(request.path, query);
  if (!place.name.empty()) return of_object(request, request.path);
  if (query.contains("watch")) return follow(request.path, query);
  return of_list(request, request.path, query);
}

HttpResponse KubernetesApi::of_object(const HttpRequest& request, const std::string& path) {
  const Place place = read_path(path);
  if (request.method == "PATCH") {
    if (request.headers.at("content-type") != "application/apply-patch+yaml")
      return refuse(415, "UnsupportedMediaType", "the body of the request was in an unknown format");
    return apply(path, Json::parse(request.body), read_query(request.query));
  }
  const auto found = objects_.find(path);
  if (found == objects_.end()) return not_found(place.plural, place.name);
  if (request.method == "DELETE") {
    const Json last = found->second;
    drop(path);
    return json(200, last);
  }
  if (request.method != "GET")
    return refuse(405, "MethodNotAllowed", "the server does not allow this method");
  return json(200, found->second);
}

HttpResponse KubernetesApi::apply(const std::string& path, const Json& wanted,
                                  const std::map<std::string, std::string>& query) {
  const Place place = read_path(path);
  if (!place.namespace_name.empty() && !objects_.contains("/api/v1/namespaces/" + place.namespace_name))
    return not_found("namespaces", place.namespace_name);
  const auto manager = query.find("fieldManager");
  if (manager == query.end())
    return refuse(422, "Invalid", "PatchOptions is invalid: fieldManager is required");
  const bool force = query.contains("force") && query.at("force") == "true";
  const bool there = objects_.contains(path);
  std::map<std::string, Json> fields, now;
  flatten(wanted, "", fields);
  if (there) flatten(objects_[path], "", now);
  auto owners = owners_[path];
  for (const auto& [field, value] : fields) {
    const auto owner = owners.find(field);
    if (owner == owners.end() || owner->second == manager->second || identity(field)) continue;
    if (now.contains(field) && now[field] == value) continue;
    if (!force)
      return refuse(409, "Conflict",
                    "Apply failed with 1 conflict: conflict with \"" + owner->second + "\": " + field);
  }
  for (auto owner = owners.begin(); owner != owners.end();) {  // given up by this manager
    if (owner->second == manager->second && !fields.contains(owner->first)) {
      now.erase(owner->first);
      owner = owners.erase(owner);
    } else {
      ++owner;
    }
  }
  for (const auto& [field, value] : fields) {
    now[field] = value;
    owners[field] = manager->second;
  }
  Json object = Json::object();
  for (const auto& [field, value] : now) object[Json::json_pointer(field)] = value;
  if (!place.namespace_name.empty()) object["metadata"]["namespace"] = place.namespace_name;
  if (!there || object != objects_[path]) store(path, object);
  owners_[path] = owners;
  return json(there ? 200 : 201, objects_[path]);
}

HttpResponse KubernetesApi::of_list(const HttpRequest& request, const std::string& path,
                                    const std::map<std::string, std::string>& query) {
  const Place place = read_path(path);
  if (request.method == "POST") {
    Json object = Json::parse(request.body);
    const auto own = path + "/" + text_at(object, "/metadata/name");
    if (objects_.contains(own))
      return refuse(409, "AlreadyExists",
                    place.plural + " \"" + text_at(object, "/metadata/name") + "\" already exists");
    if (!place.namespace_name.empty()) object["metadata"]["namespace"] = place.namespace_name;
    store(own, object);
    return json(201, objects_[own]);
  }
  const auto value = [&](const char* key) { return query.contains(key) ? query.at(key) : std::string(); };
  std::vector<Json> all;
  const Kind* kind = kind_of(place.version, place.plural);
  for (const auto& [own, object] : objects_) {
    const Place its = read_path(own);
    if (its.version != place.version || its.plural != place.plural) continue;
    if (!place.namespace_name.empty() && its.namespace_name != place.namespace_name) continue;
    if (fits(object, value("labelSelector"), value("fieldSelector"))) all.push_back(object);
  }
  // A page's mark: the version it belongs to, and how many were told.
  std::size_t begin = 0;
  long version = version_;
  if (const auto mark = value("continue"); !mark.empty()) {
    version = std::stol(mark);
    begin = std::stoul(mark.substr(mark.find(':') + 1));
    if (version < forgotten_)
      return refuse(410, "Expired",
                    "The provided continue parameter is too old to display a consistent list result.");
  }
  const std::size_t limit = value("limit").empty() ? all.size() : std::stoul(value("limit"));
  Json items = Json::array();
  for (std::size_t i = begin; i < all.size() && i < begin + limit; ++i) {
    all[i].erase("kind");
    all[i].erase("apiVersion");
    items.push_back(all[i]);
  }
  Json meta = {{"resourceVersion", std::to_string(version)}};
  if (begin + limit < all.size())
    meta["continue"] = std::to_string(version) + ":" + std::to_string(begin + limit);
  return json(200, {{"kind", std::string(kind->kind) + "List"},
                    {"apiVersion", place.version},
                    {"metadata", meta},
                    {"items", items}});
}

HttpResponse KubernetesApi::follow(const std::string& path, const std::map<std::string, std::string>& query) {
  long from = std::stol(query.at("resourceVersion"));
  const auto labels = query.contains("labelSelector") ? query.at("labelSelector") : "";
  const auto fields = query.contains("fieldSelector") ? query.at("fieldSelector") : "";
  const auto seconds = query.contains("timeoutSeconds") ? std::stol(query.at("timeoutSeconds")) : 1800;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  const bool cuts = cut_times_ > 0;
  if (cuts) --cut_times_;
  int left = cuts ? cut_after_ : -1;
  HttpResponse response{200, "", {{"Content-Type", "application/json"}}};
  response.cut = cuts;
  response.pieces = [this, path, from, labels, fields, end, left,
                     over = false]() mutable -> std::optional<std::string> {
    std::unique_lock lock(mutex_);
    for (;;) {
      if (ending_ || over) return std::nullopt;
      if (from < forgotten_) {
        over = true;
        const auto status = refuse(410, "Expired", "too old resource version");
        return Json{{"type", "ERROR"}, {"object", Json::parse(status.body)}}.dump() + "\n";
      }
      for (const auto& change : changes_) {
        if (change.version <= from || change.collection != path) continue;
        from = change.version;
        if (!fits(change.object, labels, fields)) continue;
        const auto line = Json{{"type", change.type}, {"object", change.object}}.dump() + "\n";
        if (left == 0) {
          over = true;
          return line.substr(0, line.size() / 2);
        }
        if (left > 0) --left;
        return line;
      }
      if (changed_.wait_until(lock, end) == std::cv_status::timeout) return std::nullopt;
    }
  };
  return response;
}

HttpResponse KubernetesApi::log(const std::string& path, const std::map<std::string, std::string>& query) {
  const Place place = read_path(path);
  const auto container = query.contains("container") ? query.at("container") : "";
  const bool previous = query.contains("previous");
  const auto found = logs_.find(place.name + "/" + container + (previous ? "/previous" : ""));
  if (found == logs_.end())
    return refuse(400, "BadRequest",
                  (previous ? "previous terminated container \"" : "container \"") + container +
                      "\" in pod \"" + place.name + "\" not found");
  std::vector<std::string> lines;
  std::istringstream stream(found->second);
  for (std::string line; std::getline(stream, line);) lines.push_back(line + "\n");
  const std::size_t tail = query.contains("tailLines") ? std::stoul(query.at("tailLines")) : lines.size();
  std::string text;
  for (std::size_t i = lines.size() - std::min(tail, lines.size()); i < lines.size(); ++i) text += lines[i];
  return {200, text, {{"Content-Type", "text/plain"}}};
}

}  // namespace microstack::testing
