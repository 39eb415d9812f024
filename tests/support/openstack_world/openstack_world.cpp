#include "tests/support/openstack_world/openstack_world.h"

#include <fmt/format.h>
#include <openssl/sha.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <mutex>
#include <set>

namespace microstack::testing {
namespace {

using Query = std::vector<std::pair<std::string, std::string>>;

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

Query parsed_query(const std::string& text) {
  Query query;
  std::size_t begin = 0;
  while (begin < text.size()) {
    auto end = text.find('&', begin);
    if (end == text.npos) end = text.size();
    const auto pair = text.substr(begin, end - begin);
    const auto equal = pair.find('=');
    if (equal != pair.npos) query.emplace_back(pair.substr(0, equal), unescaped(pair.substr(equal + 1)));
    begin = end + 1;
  }
  return query;
}

std::vector<std::string> split(const std::string& path) {
  std::vector<std::string> parts;
  std::string part;
  for (const char c : path + "/") {
    if (c != '/')
      part.push_back(c);
    else if (!part.empty())
      parts.push_back(std::exchange(part, {}));
  }
  return parts;
}

HttpResponse json(int status, const Json& body) {
  return {
      status, body.dump(), {{"Content-Type", "application/json"}, {"X-Openstack-Request-Id", "req-world"}}};
}
HttpResponse keystone_error(int status, const std::string& message) {
  return json(status, {{"error", {{"code", status}, {"message", message}, {"title", "x"}}}});
}
HttpResponse nova_error(int status, const std::string& message) {
  return json(status, {{status == 404   ? "itemNotFound"
                        : status == 409 ? "conflictingRequest"
                                        : "badRequest",
                        {{"code", status}, {"message", message}}}});
}
HttpResponse neutron_error(int status, const std::string& message) {
  return json(status, {{"NeutronError", {{"type", "x"}, {"message", message}, {"detail", ""}}}});
}
HttpResponse glance_error(int status, const std::string& title) {
  return {status, "<html><head><title>" + title + "</title></head></html>", {{"Content-Type", "text/html"}}};
}

std::string sha512_hex(const std::string& bytes) {
  unsigned char digest[SHA512_DIGEST_LENGTH];
  SHA512(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest);
  std::string text;
  for (const unsigned char byte : digest) text += fmt::format("{:02x}", byte);
  return text;
}

std::string utc(std::time_t time) {
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[40];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000000Z", &parts);
  return text;
}

}  // namespace

struct OpenStackWorld::State {
  OpenStackWorld& world;
  mutable std::mutex mutex;  // of what tests look at; the server calls handle() one at a time
  std::map<std::string, std::vector<Json>> things;  // plural -> all
  std::map<std::string, Json> tokens;               // token -> {user, project}
  std::map<std::string, Json> quotas;
  std::vector<std::string> calls;
  int drawn = 0;
  std::string base;
  HttpServer server{[this](const HttpRequest& request) { return handle(request); }};

  explicit State(OpenStackWorld& owner) : world(owner) {
    base = server.url();
    things["projects"].push_back({{"id", "p-admin"}, {"name", "admin"}, {"domain_id", "default"}});
    things["users"].push_back({{"id", "u-admin"}, {"name", "admin"}, {"password", "opensesame"}});
    for (const char* role : {"admin", "member", "reader"})
      things["roles"].push_back({{"id", std::string("r-") + role}, {"name", role}});
  }

  std::string draw(const std::string& prefix) { return fmt::format("{}-{}", prefix, ++drawn); }

  Json* by_id(const std::string& plural, const std::string& id) {
    for (auto& one : things[plural])
      if (one.value("id", std::string()) == id || (plural == "keypairs" && one["name"] == id)) return &one;
    return nullptr;
  }
  Json* by_name(const std::string& plural, const std::string& name) {
    for (auto& one : things[plural])
      if (one.value("name", std::string()) == name) return &one;
    return nullptr;
  }
  bool erase(const std::string& plural, const std::string& id) {
    return std::erase_if(things[plural], [&](const Json& one) {
             return one.value("id", one.value("name", std::string())) == id;
           }) > 0;
  }

  HttpResponse handle(const HttpRequest& request) {
    std::lock_guard lock(mutex);
    calls.push_back(request.method + " " + request.path);
    const auto parts = split(request.path);
    if (parts.size() == 4 && parts[3] == "tokens") return authenticate(Json::parse(request.body));
    const auto token = request.headers.find("x-auth-token");
    if (token == request.headers.end() || !tokens.contains(token->second))
      return keystone_error(401, "The request you have made requires authentication.");
    const Json who = tokens[token->second];
    const Json body = Json::parse(request.body, nullptr, false);
    const auto& service = parts.front();
    const std::vector<std::string> rest(parts.begin() + (service == "placement" ? 1 : 2), parts.end());
    if (service == "identity") return identity(request.method, rest, parsed_query(request.query), body, who);
    if (service == "compute") return compute(request.method, rest, body, who);
    if (service == "image") return image(request, rest, body);
    if (service == "network") return network(request, rest, body, who);
    return placement(rest);
  }

  HttpResponse authenticate(const Json& body) {
    const Json& identity = body.at("auth").at("identity");
    Json who;
    if (identity.at("methods").at(0) == "application_credential") {
      const Json& given = identity.at("application_credential");
      const Json* credential = by_id("application_credentials", given.at("id"));
      if (!credential || credential->at("secret") != given.at("secret"))
        return keystone_error(401, "The request you have made requires authentication.");
      who = {{"user", credential->at("user_id")}, {"project", credential->at("project_id")}};
    } else {
      const Json& given = identity.at("password").at("user");
      const Json* user = by_name("users", given.at("name"));
      if (!user || user->at("password") != given.at("password"))
        return keystone_error(401, "The request you have made requires authentication.");
      const Json* project =
          by_name("projects", body["auth"].value("/scope/project/name"_json_pointer, std::string()));
      if (!project) return keystone_error(401, "The request you have made requires authentication.");
      who = {{"user", user->at("id")}, {"project", project->at("id")}};
    }
    const auto token = draw("token");
    tokens[token] = who;
    Json catalogue = Json::array();
    for (const auto& [type, path] : std::map<std::string, std::string>{{"identity", "/identity/v3"},
                                                                       {"compute", "/compute/v2.1"},
                                                                       {"image", "/image"},
                                                                       {"network", "/network"},
                                                                       {"placement", "/placement"}}) {
      Json endpoints = Json::array();
      for (const char* interface : {"public", "internal", "admin"})
        endpoints.push_back({{"interface", interface}, {"region_id", "RegionOne"}, {"url", base + path}});
      catalogue.push_back({{"type", type}, {"name", type}, {"endpoints", endpoints}});
    }
    auto answer = json(201, {{"token",
                              {{"expires_at", utc(std::time(nullptr) + world.token_seconds)},
                               {"user", {{"id", who["user"]}}},
                               {"project", {{"id", who["project"]}}},
                               {"catalog", catalogue}}}});
    answer.headers["X-Subject-Token"] = token;
    return answer;
  }

  // A list, filtered by what things have, a page at a time.
  HttpResponse listed(const std::string& plural, const Query& query, const std::string& path, bool links) {
    Json page = Json::array();
    std::string marker;
    for (const auto& [key, value] : query)
      if (key == "marker") marker = value;
    bool begun = marker.empty();
    bool more = false;
    for (const auto& one : things[plural]) {
      const bool fits = std::all_of(query.begin(), query.end(), [&](const auto& filter) {
        if (!one.contains(filter.first)) return true;
        const Json& value = one[filter.first];
        return (value.is_string() ? value.template get<std::string>() : value.dump()) == filter.second;
      });
      if (fits && begun) {
        if (page.size() == world.page_size) {
          more = true;
          break;
        }
        page.push_back(one);
      }
      if (one.value("id", std::string()) == marker) begun = true;
    }
    Json body = {{plural, page}};
    if (more) {
      std::string next = path + "?marker=" + page.back().at("id").get<std::string>();
      for (const auto& [key, value] : query)
        if (key != "marker") next += "&" + key + "=" + value;
      // Neutron writes a whole URL, as it sees itself behind its proxy; Glance a path.
      if (links)
        body[plural + "_links"] =
            Json::array({{{"rel", "next"}, {"href", "http://behind.the.proxy" + next}}});
      else
        body["next"] = next.substr(std::string("/image").size());
    }
    return json(200, body);
  }

  HttpResponse identity(const std::string& method, const std::vector<std::string>& path, const Query& query,
                        const Json& body, const Json& who) {
    if (path.size() == 6 && path[4] == "roles") {
      if (!by_id("projects", path[1]) || !by_id("users", path[3]) || !by_id("roles", path[5]))
        return keystone_error(404, "Could not find role assignment");
      things["assignments"].push_back({{"id", path[1] + path[3] + path[5]}});
      return {204, ""};
    }
    const bool credentials = path.size() >= 3 && path[2] == "application_credentials";
    const std::string plural = credentials ? path[2] : path[0];
    const std::string singular = plural.substr(0, plural.size() - 1);
    const std::size_t depth = credentials ? 3 : 1;
    if (method == "POST") {
      Json made = body.at(singular);
      if (by_name(plural, made.at("name")))
        return keystone_error(
            409, "Conflict occurred attempting to store " + singular + " - Duplicate entry found");
      made["id"] = draw(singular);
      if (credentials)
        made.update({{"secret", draw("s")}, {"user_id", who["user"]}, {"project_id", who["project"]}});
      things[plural].push_back(made);
      return json(201, {{singular, made}});
    }
    if (method == "DELETE")
      return erase(plural, path.at(depth)) ? HttpResponse{204, ""}
                                           : keystone_error(404, "Could not find " + singular);
    if (path.size() > depth) {
      const Json* one = by_id(plural, path[depth]);
      return one ? json(200, {{singular, *one}}) : keystone_error(404, "Could not find " + singular);
    }
    return listed(plural, query, "", true);
  }

  HttpResponse compute(const std::string& method, const std::vector<std::string>& path, const Json& body,
                       const Json& who) {
    if (path[0] == "os-services") return json(200, {{"services", world.compute_services}});
    if (path[0] == "os-migrations") return json(200, {{"migrations", world.migrations}});
    if (path[0] == "os-hypervisors")
      return json(200, {{"hypervisors", Json::array({{{"id", "h-1"},
                                                      {"hypervisor_hostname", "n1"},
                                                      {"state", "up"},
                                                      {"vcpus", 2},
                                                      {"memory_mb", 4096},
                                                      {"memory_mb_used", 640},
                                                      {"running_vms", things["servers"].size()}}})}});
    if (path[0] == "os-quota-sets") return quota("quota_set", path[1], method, body);
    if (path[0] == "flavors" && method == "POST") {
      if (by_name("flavors", body.at("flavor").at("name")))
        return nova_error(409, "Flavor with name exists.");
      return made("flavors", "flavor", body.at("flavor"), 200);
    }
    if (path[0] == "flavors") return answer("flavors", "flavor", method, path, nova_error);
    if (path[0] == "os-keypairs") {
      if (method == "POST") {
        if (by_name("keypairs", body.at("keypair").at("name")))
          return nova_error(409, "Key pair already exists.");
        things["keypairs"].push_back(body.at("keypair"));
        return json(201, body);
      }
      if (path.size() == 1) {
        Json list = Json::array();
        for (const auto& one : things["keypairs"]) list.push_back({{"keypair", one}});
        return json(200, {{"keypairs", list}});
      }
      return answer("keypairs", "keypair", method, path, nova_error);
    }
    return servers(method, path, body, who);
  }

  HttpResponse servers(const std::string& method, const std::vector<std::string>& path, const Json& body,
                       const Json& who) {
    if (method == "POST" && path.size() == 1) {
      Json server = body.at("server");
      if (!by_id("flavors", server.at("flavorRef"))) return nova_error(400, "Invalid flavorRef provided.");
      if (!by_id("images", server.at("imageRef"))) return nova_error(400, "Can not find requested image");
      server.update({{"id", draw("server")}, {"status", "BUILD"}, {"project_id", who["project"]}});
      things["ports"].push_back({{"id", draw("port")},
                                 {"device_id", server["id"]},
                                 {"network_id", server.at("networks").at(0).at("uuid")},
                                 {"fixed_ips", Json::array({{{"ip_address", "10.0.0.9"}}})}});
      things["servers"].push_back(server);
      return json(202, {{"server", {{"id", server["id"]}}}});  // as the real one: no name, no status
    }
    if (path.size() == 3 && path[2] == "action") {
      if (!by_id("servers", path[1])) return nova_error(404, "Instance could not be found.");
      return json(200, {{"output", "kernel\nready\n"}});
    }
    if (path.size() == 2 && path[1] == "detail") return json(200, {{"servers", things["servers"]}});
    if (path.size() == 1) {  // the short list; what is being built is so for one look
      Json seen = Json::array();
      for (auto& server : things["servers"]) {
        if (server["status"] != "BUILD") continue;
        seen.push_back({{"id", server["id"]}, {"name", server["name"]}});
        finish(server);
      }
      return json(200, {{"servers", seen}});
    }
    Json* server = by_id("servers", path.at(1));
    if (!server) return nova_error(404, "Instance " + path[1] + " could not be found.");
    if (method == "DELETE") {
      (*server)["status"] = "DELETING";
      return {204, ""};
    }
    const Json seen = *server;
    if (seen["status"] == "DELETING") {
      std::erase_if(things["ports"],
                    [&](const Json& port) { return port.value("device_id", "") == path[1]; });
      erase("servers", path[1]);
    } else {
      finish(*server);
    }
    return json(200, {{"server", seen}});
  }

  void finish(Json& server) {
    server["status"] = world.server_fault.empty() ? "ACTIVE" : "ERROR";
    if (!world.server_fault.empty()) server["fault"] = {{"code", 500}, {"message", world.server_fault}};
  }

  HttpResponse image(const HttpRequest& request, const std::vector<std::string>& path, const Json& body) {
    if (request.method == "POST") {
      Json image = body;
      image.update(
          {{"id", draw("image")}, {"status", "queued"}, {"os_hash_value", nullptr}, {"size", nullptr}});
      things["images"].push_back(image);
      return json(201, image);
    }
    if (path.size() == 1) return listed("images", parsed_query(request.query), request.path, false);
    Json* image = by_id("images", path[1]);
    if (!image) return glance_error(404, "404 Not Found");
    if (request.method == "PUT") {
      if ((*image)["status"] != "queued") return glance_error(409, "409 Conflict");
      (*image)["status"] = "active";
      (*image)["size"] = request.body.size();
      (*image)["os_hash_value"] =
          world.stored_sha512.empty() ? sha512_hex(request.body) : world.stored_sha512;
      (*image)["data"] = request.body;
      return {204, ""};
    }
    if (request.method == "DELETE") {
      erase("images", path[1]);
      return {204, ""};
    }
    return json(200, *image);
  }

  HttpResponse network(const HttpRequest& request, const std::vector<std::string>& path, const Json& body,
                       const Json& who) {
    const std::string key = path.at(0);
    if (key == "quotas") return quota("quota", path[1], request.method, body);
    std::string plural = key;
    std::replace(plural.begin(), plural.end(), '-', '_');
    const std::string singular = plural.substr(0, plural.size() - 1);
    if (path.size() == 3) return router_interface(path[1], path[2], body.at("subnet_id"));
    if (request.method == "POST" && body.contains(plural)) {  // several at once
      Json all = Json::array();
      for (const auto& one : body.at(plural)) {
        const auto answer = network(request, path, {{singular, one}}, who);
        if (answer.status != 201) return answer;
        all.push_back(Json::parse(answer.body).at(singular));
      }
      return json(201, {{plural, all}});
    }
    if (request.method == "POST") {
      Json wish = body.at(singular);
      wish["project_id"] = wish.value("project_id", who["project"].get<std::string>());
      if (plural == "floatingips") wish["floating_ip_address"] = fmt::format("172.24.4.{}", 100 + drawn);
      if (plural == "security_group_rules")
        for (const char* empty : {"remote_ip_prefix", "remote_group_id", "port_range_min", "port_range_max"})
          if (!wish.contains(empty)) wish[empty] = nullptr;
      return made(plural, singular, wish, 201);
    }
    if (path.size() == 1) return listed(plural, parsed_query(request.query), request.path, true);
    if (plural == "agents" && request.method == "DELETE" && world.late_agents > 0) {
      --world.late_agents;
      return {204, ""};
    }
    return answer(plural, singular, request.method, path, neutron_error);
  }

  HttpResponse router_interface(const std::string& router, const std::string& verb,
                                const std::string& subnet) {
    if (!by_id("routers", router)) return neutron_error(404, "Router " + router + " could not be found.");
    const auto is_it = [&](const Json& port) {
      return port.value("device_id", "") == router &&
             port.at("fixed_ips").at(0).value("subnet_id", "") == subnet;
    };
    auto& ports = things["ports"];
    const bool there = std::any_of(ports.begin(), ports.end(), is_it);
    if (verb == "remove_router_interface") {
      if (!there) return neutron_error(404, "Router has no interface on subnet " + subnet);
      std::erase_if(ports, is_it);
    } else {
      if (there) return neutron_error(400, "Router already has a port on subnet " + subnet);
      ports.push_back({{"id", draw("port")},
                       {"device_id", router},
                       {"fixed_ips", Json::array({{{"subnet_id", subnet}}})}});
    }
    return json(200, {{"subnet_id", subnet}});
  }

  HttpResponse quota(const std::string& key, const std::string& project, const std::string& method,
                     const Json& body) {
    Json& held = quotas[key + project];
    if (held.is_null()) held = {{"instances", 10}};
    if (method == "PUT") held.update(body.at(key));
    return json(200, {{key, held}});
  }

  HttpResponse placement(const std::vector<std::string>& path) {
    if (path.size() == 1)
      return json(200, {{"resource_providers", Json::array({{{"uuid", "h-1"}, {"name", "n1"}}})}});
    return json(200, {{"inventories", {{"VCPU", {{"total", 2}}}, {"MEMORY_MB", {{"total", 4096}}}}}});
  }

  HttpResponse made(const std::string& plural, const std::string& singular, Json wish, int status) {
    if (!wish.contains("id")) wish["id"] = draw(singular);
    things[plural].push_back(wish);
    return json(status, {{singular, wish}});
  }

  HttpResponse answer(const std::string& plural, const std::string& singular, const std::string& method,
                      const std::vector<std::string>& path,
                      const std::function<HttpResponse(int, const std::string&)>& error) {
    if (path.size() == 1 || path[1] == "detail") return json(200, {{plural, things[plural]}});
    Json* one = by_id(plural, path[1]);
    if (!one) return error(404, singular + " " + path[1] + " could not be found.");
    if (method != "DELETE") return json(200, {{singular, *one}});
    erase(plural, path[1]);
    return {204, ""};
  }
};

OpenStackWorld::OpenStackWorld() : state_(std::make_unique<State>(*this)) {}
OpenStackWorld::~OpenStackWorld() = default;

std::string OpenStackWorld::auth_url() const {
  return state_->base + "/identity/v3";
}

openstack::Access OpenStackWorld::admin() const {
  openstack::Access access;
  access.auth_url = auth_url();
  access.user = "admin";
  access.project = "admin";
  access.password = Secret("opensesame");
  return access;
}

void OpenStackWorld::forget_tokens() {
  std::lock_guard lock(state_->mutex);
  state_->tokens.clear();
}

std::vector<std::string> OpenStackWorld::calls() const {
  std::lock_guard lock(state_->mutex);
  return state_->calls;
}

std::vector<Json> OpenStackWorld::all(const std::string& plural) const {
  std::lock_guard lock(state_->mutex);
  return state_->things[plural];
}

}  // namespace microstack::testing
