#include "engine/clients/juju/charms.h"

#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace microstack::juju {

namespace {

// "2025.1/stable" -> track, risk (and branch); "stable" is a risk of the default track.
void set_channel(Json& origin, const std::string& channel) {
  static const std::vector<std::string> risks = {"stable", "candidate", "beta", "edge"};
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= channel.size();) {
    auto slash = std::min(channel.find('/', begin), channel.size());
    parts.push_back(channel.substr(begin, slash - begin));
    begin = slash + 1;
  }
  origin.erase("branch");
  if (std::find(risks.begin(), risks.end(), parts[0]) == risks.end()) {
    origin["track"] = parts[0];
    parts.erase(parts.begin());
  }
  origin["risk"] = parts.empty() ? "stable" : parts[0];
  if (parts.size() > 1) origin["branch"] = parts[1];
}

// Where a charm's base is asked for, its channel has a risk; where it is told, it has none.
void with_risk(Json& origin) {
  auto base = origin.find("base");
  if (base == origin.end() || !base->is_object()) return;
  auto channel = text(*base, "channel");
  if (!channel.empty() && channel.find('/') == std::string::npos) (*base)["channel"] = channel + "/stable";
}

Json pending(const CharmResource& resource, const std::string& origin, int revision) {
  Json out = resource.json;
  out["origin"] = origin;
  out["revision"] = revision;
  out["fingerprint"] = "";
  out["size"] = 0;
  return out;
}

// Resource name -> the id of its pending upload or download, as Deploy and SetCharm take them.
Result<Json> add_pending(Session& model, const std::string& application, const std::string& url,
                         const Json& origin, const Json& resources, const Limit& limit) {
  Call call{"Resources",
            "AddPendingResources",
            {{"tag", "application-" + application},
             {"url", url},
             {"charm-origin", origin},
             {"macaroon", nullptr},
             {"resources", resources}}};
  MS_TRY(auto answer, model.call(call, limit));
  if (const Json& error = map(answer, "error"); !error.empty()) return api_error(error, call.name());
  const Json& ids = list(answer, "pending-ids");
  if (ids.size() != resources.size()) return give_up("not all resources of " + application + " got an id");
  Json by_name = Json::object();
  for (std::size_t i = 0; i < ids.size(); ++i) by_name[text(resources[i], "name")] = ids[i];
  return by_name;
}

// The newest revisions of a charm's resources in Charmhub.
Result<Json> store_resources(Session& model, const std::string& url, const Json& origin, const Limit& limit) {
  Json entity = {{"charm-url", url}, {"charm-origin", origin}};
  Call call{"Charms", "ListCharmResources", {{"entities", Json::array({entity})}}, true};
  MS_TRY(auto answer, model.call(call, limit));
  // Each result is a list, or {"error"} where it failed.
  MS_TRY(auto results, items(answer, "results", {url}, call.name()));
  Json found = Json::array();
  for (const auto& item : results.front()) {
    if (item.is_object() && text(map(item, "error"), "message").empty()) found.push_back(item);
  }
  return found;
}

}  // namespace

Result<std::string> file_digest(const std::string& file, const char* algorithm) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return ask("cannot read the file", file);
  auto* context = EVP_MD_CTX_new();
  EVP_DigestInit_ex(context, EVP_get_digestbyname(algorithm), nullptr);
  std::vector<char> buffer(1 << 16);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    EVP_DigestUpdate(context, buffer.data(), static_cast<std::size_t>(in.gcount()));
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_DigestFinal_ex(context, digest, &size);
  EVP_MD_CTX_free(context);
  static const char* hex = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out.push_back(hex[digest[i] >> 4]);
    out.push_back(hex[digest[i] & 15]);
  }
  return out;
}

Result<CharmInfo> charm_info(Session& model, const std::string& url, const Limit& limit) {
  MS_TRY(auto answer, model.call({"Charms", "CharmInfo", {{"url", url}}, true}, limit));
  CharmInfo info{text(answer, "url"), text(map(answer, "meta"), "name"),
                 static_cast<int>(number(answer, "revision", -1))};
  info.meta = map(answer, "meta");
  for (const auto& [name, resource] : map(info.meta, "resources").items()) {
    info.resources[name] = {name, text(resource, "type"), -1, resource};
  }
  return info;
}

Result<http::Response> Upload::put(const std::string& path,
                                   std::vector<std::pair<std::string, std::string>> headers,
                                   const std::string& file, const Limit& limit) {
  const Access& access = model_.access();
  MS_TRY([[maybe_unused]] auto welcome, model_.welcome(limit));  // logs in: macaroons come of it
  if (!access.password.empty()) {
    headers.emplace_back("Authorization",
                         "Basic " + base64_encode(access.user_tag() + ":" + access.password.reveal()));
  } else if (auto macaroons = model_.macaroons(); macaroons.is_array()) {
    headers.emplace_back("Macaroons", base64_encode(macaroons.dump()));
  }
  headers.emplace_back("Bakery-Protocol-Version", "3");
  Error error{.what = "cannot upload " + file, .where = access.controller};
  for (const auto& address : access.addresses) {
    http::Options options;
    options.ca_pem = access.ca_pem;
    options.use_proxy = false;
    // The certificate carries the server name and not the address.
    auto name = access.server_name + address.substr(address.rfind(':'));
    options.connect_to[name] = address;
    http::Client client(options);
    http::Request request;
    request.method = "PUT";
    request.url = "https://" + name + path;
    request.headers = headers;
    request.limit = limit.left();
    MS_TRY(request.upload, http::upload_file(file));
    auto response = client.send(request, limit.stop);
    if (response && response->ok()) return response;
    if (response) {
      auto body = Json::parse(response->body, nullptr, false);
      auto refused =
          api_error(text(body, "error").empty() ? text(map(body, "error"), "message") : text(body, "error"),
                    text(body, "error-code"), "PUT " + path);
      if (response->status == 401) refused.code = code::unauthorized;
      if (response->status >= 500) refused.kind = ErrorKind::retry;
      return std::move(error).because(std::move(refused));
    }
    error = std::move(error).because(std::move(response).error());
    if (limit.over()) break;
  }
  return error;
}

Result<std::string> Upload::charm(const std::string& file, const std::string& name, const Limit& limit) {
  MS_TRY(auto hash, file_digest(file, "SHA256"));
  // The path's last part is checked against the content: NAME-HASH with seven digits. Its model is
  // "model-UUID" here.
  auto path = "/model-" + model_.model_uuid() + "/charms/" + name + "-" + hash.substr(0, 7);
  MS_TRY(
      auto response,
      put(path, {{"Content-Type", "application/zip"}, {"Juju-Curl", "local:" + name + "-0"}}, file, limit));
  auto url = response.header("juju-curl");
  if (url.empty()) url = text(Json::parse(response.body, nullptr, false), "charm-url");
  if (url.empty()) return give_up("the controller took the charm and does not say its URL", path);
  return url;
}

Status Upload::resource(const std::string& application, const std::string& resource, const std::string& file,
                        const std::string& pending_id, const Limit& limit) {
  MS_TRY(auto hash, file_digest(file, "SHA384"));
  auto path = "/model/" + model_.model_uuid() + "/applications/" + application + "/resources/" + resource;
  if (!pending_id.empty()) path += "?pendingid=" + pending_id;
  auto base = std::filesystem::path(file).filename().string();
  MS_TRY([[maybe_unused]] auto response,
         put(path,
             {{"Content-Type", "application/octet-stream"},
              {"Content-Sha384", hash},
              {"Content-Disposition", "form-data; filename=\"" + base + "\""}},
             file, limit));
  return {};
}

Result<Deployed> deploy_local(Session& model, const LocalApplication& wish, const Limit& limit) {
  const auto& settings = wish.settings;
  MS_TRY(auto constraints, read_constraints(settings.constraints));
  MS_TRY(auto url, Upload(model).charm(wish.file, settings.charm, limit));
  MS_TRY(auto info, charm_info(model, url, limit));
  Json origin = {{"source", "local"}, {"type", ""}, {"id", ""}, {"revision", info.revision}};
  origin["base"] = base_json(settings.base.empty() ? "ubuntu@24.04" : settings.base);
  with_risk(origin);
  Json arg = {{"application", settings.name},
              {"charm-url", url},
              {"charm-origin", origin},
              {"channel", ""},
              {"num-units", settings.units},
              {"config", settings.config},
              {"config-yaml", ""},
              {"constraints", constraints},
              {"Force", false}};
  if (settings.trust) arg["config"]["trust"] = "true";
  if (!settings.bindings.empty()) arg["endpoint-bindings"] = settings.bindings;
  if (!info.resources.empty()) {
    Json wanted = Json::array();
    for (const auto& [name, resource] : info.resources) {
      bool given = settings.resources.count(name) > 0;
      wanted.push_back(pending(resource, given ? "upload" : "store", given ? 0 : -1));
    }
    MS_TRY(auto ids, add_pending(model, settings.name, url, origin, wanted, limit));
    for (const auto& [name, file] : settings.resources) {
      if (!ids.contains(name)) return ask("charm " + settings.charm + " has no resource " + name, wish.file);
      MS_CHECK(Upload(model).resource(settings.name, name, file, ids[name].get<std::string>(), limit));
    }
    arg["resources"] = ids;
  }
  Call call{"Application", "Deploy", {{"applications", Json::array({arg})}}};
  MS_TRY(auto answer, model.call(call, limit));
  auto checked = all_items(answer, "results", {settings.name}, call.name());
  if (!checked) {
    if (checked.error().what.find("already exists") != std::string::npos)
      checked.error().code = code::already_exists;
    return doing("deploying " + settings.name, std::move(checked).error());
  }
  return Deployed{"", settings.base, info.revision};
}

Result<Refreshed> refresh(Session& model, const Refresh& wish, const Limit& limit) {
  Call present{"Application", "GetCharmURLOrigin", {{"application", wish.application}, {"branch", ""}}, true};
  MS_TRY(auto now, model.call(present, limit));
  if (const Json& error = map(now, "error"); !error.empty()) return api_error(error, present.name());
  auto url = text(now, "url");
  Json origin = map(now, "charm-origin");
  if (text(origin, "source") != "charm-hub") {
    return ask(wish.application + " runs a local charm", {}, "refresh it from a file");
  }
  with_risk(origin);
  Json wanted = origin;
  if (!wish.channel.empty()) set_channel(wanted, wish.channel);
  // A revision in the origin pins it; without one the channel's newest is resolved.
  bool channel_changes =
      text(wanted, "track") != text(origin, "track") || text(wanted, "risk") != text(origin, "risk");
  if (wish.revision) {
    wanted["revision"] = *wish.revision;
  } else if (channel_changes) {
    wanted.erase("id");
    wanted["id"] = "";
    wanted.erase("hash");
    wanted.erase("revision");
  }
  auto reference = url.substr(0, url.rfind('-'));
  Json resolve = {{"reference", reference}, {"charm-origin", wanted}};
  Call resolving{"Charms", "ResolveCharms", {{"resolve", Json::array({resolve})}}, true};
  MS_TRY(auto answer, model.call(resolving, limit));
  MS_TRY(auto results, items(answer, "Results", {wish.application}, resolving.name()));
  auto new_url = text(results.front(), "url");
  Json new_origin = map(results.front(), "charm-origin");
  auto revision = static_cast<int>(number(new_origin, "revision", -1));
  if (new_url == url && !channel_changes) return Refreshed{url, revision, false};

  MS_TRY(
      auto added,
      model.call({"Charms", "AddCharm", {{"url", new_url}, {"charm-origin", new_origin}, {"force", false}}},
                 limit));
  if (const Json& error = map(added, "error"); !error.empty()) return api_error(error, "Charms.AddCharm");
  new_origin = map(added, "charm-origin");
  with_risk(new_origin);
  Json params = {{"application", wish.application},
                 {"generation", ""},
                 {"charm-url", new_url},
                 {"charm-origin", new_origin},
                 {"channel", text(new_origin, "track") + "/" + text(new_origin, "risk")},
                 {"force", false},
                 {"force-units", false},
                 {"force-base", false}};
  MS_TRY(auto info, charm_info(model, new_url, limit));
  if (!info.resources.empty()) {
    MS_TRY(auto stored, store_resources(model, new_url, new_origin, limit));
    Json pendings = Json::array();
    for (const auto& resource : stored) {
      CharmResource one{text(resource, "name"), text(resource, "type"),
                        static_cast<int>(number(resource, "revision", -1)), resource};
      pendings.push_back(pending(one, "store", one.revision));
    }
    MS_TRY(auto ids, add_pending(model, wish.application, new_url, new_origin, pendings, limit));
    params["resource-ids"] = ids;
  }
  MS_TRY([[maybe_unused]] auto done, model.call({"Application", "SetCharm", params}, limit));
  return Refreshed{new_url, revision, true};
}

}  // namespace microstack::juju
