#include "tests/support/juju_controller/facade_calls.h"

namespace microstack::testing {

namespace {

// ch:amd64/keystone-k8s-7, ch:keystone-k8s, ch:amd64/keystone-k8s -> keystone-k8s
std::string charm_name(std::string reference) {
  auto slash = reference.rfind('/');
  reference = reference.substr(slash == std::string::npos ? reference.find(':') + 1 : slash + 1);
  auto dash = reference.rfind('-');
  if (dash != std::string::npos && reference.find_first_not_of("0123456789", dash + 1) == std::string::npos) {
    reference.resize(dash);
  }
  return reference;
}

// Channels beside the default one have the next revision.
int revision_in(const Charm& charm, const Json& origin) {
  if (origin.contains("revision")) return origin["revision"];
  auto track = origin.value("track", "latest");
  return track == "latest" ? charm.revision : charm.revision + 1;
}

Json resolve(CallContext& context, const Json& params) {
  Json results = Json::array();
  for (const auto& wish : params.at("resolve")) {
    Json origin = wish.at("charm-origin");
    try {
      const auto& charm = from_charmhub(context.world, charm_name(wish.at("reference")));
      bool pinned = origin.contains("revision");
      auto revision = revision_in(charm, origin);
      origin["type"] = "charm";
      origin["hash"] = "00";
      origin["revision"] = revision;
      origin["architecture"] = "amd64";
      if (!origin.contains("risk")) origin["risk"] = "stable";
      if (!origin.contains("track")) origin["track"] = "latest";
      if (!pinned && origin["base"].value("name", "").empty())
        origin["base"] = base_json_of("ubuntu@24.04", true);
      results.push_back({{"url", "ch:amd64/" + charm.name + "-" + std::to_string(revision)},
                         {"charm-origin", origin},
                         {"supported-bases", Json::array({base_json_of("ubuntu@24.04", false)})}});
    } catch (const ApiError& error) {
      Json none = {{"source", ""}, {"type", ""}, {"id", ""}, {"base", {{"name", ""}, {"channel", ""}}}};
      results.push_back(
          {{"url", ""}, {"charm-origin", none}, {"supported-bases", nullptr}, {"error", error_json(error)}});
    }
  }
  return {{"Results", results}};
}

Json add_charm(CallContext& context, const Json& params) {
  Charm charm = from_charmhub(context.world, charm_name(params.at("url")));
  Json origin = params.at("charm-origin");
  charm.revision = origin.at("revision");
  context.model->charms[charm.url()] = charm;
  origin["id"] = "id" + charm.name;
  return {{"charm-origin", origin}};
}

Json info(CallContext& context, const Json& params) {
  auto found = context.model->charms.find(params.at("url"));
  if (found == context.model->charms.end())
    throw ApiError("charm \"" + params.at("url").get<std::string>() + "\" not found", "not found");
  const auto& charm = found->second;
  Json meta = {{"name", charm.name},
               {"summary", charm.name},
               {"description", charm.name},
               {"subordinate", charm.subordinate},
               {"min-juju-version", "0.0.0"}};
  for (const auto& [name, endpoint] : charm.endpoints) {
    auto key = endpoint.role == "provider" ? "provides" : endpoint.role == "requirer" ? "requires" : "peers";
    meta[key][name] = endpoint_json(endpoint);
  }
  for (const auto& [name, resource] : charm.resources.items()) {
    meta["resources"][name] = resource;
    meta["resources"][name]["name"] = name;
  }
  Json config = Json::object(), specs = Json::object();
  for (const auto& [key, option] : charm.config.items()) {
    config[key] = {{"type", option["type"]}, {"description", option.value("description", key)}};
    if (option.contains("default")) config[key]["default"] = option["default"];
  }
  for (const auto& name : charm.actions) {
    specs[name] = {{"description", name},
                   {"params",
                    {{"type", "object"},
                     {"title", name},
                     {"description", name},
                     {"properties", Json::object()},
                     {"additionalProperties", false}}}};
  }
  auto url = charm.url();
  if (charm.local) url = "local:amd64/" + url.substr(6);
  Json bases = Json::array();
  for (const char* channel : {"24.04/stable", "22.04/stable"}) {
    if (!charm.local && !bases.empty()) break;
    bases.push_back({{"name", "ubuntu"}, {"channel", channel}, {"architectures", Json::array({"amd64"})}});
  }
  Json actions = Json::object();
  if (!specs.empty()) actions["specs"] = specs;
  return {{"revision", charm.revision}, {"url", url},
          {"config", config},           {"meta", meta},
          {"actions", actions},         {"manifest", {{"bases", bases}}}};
}

Json resource_json(const std::string& name, const Json& resource, const std::string& origin, int revision) {
  return {{"name", name},
          {"type", resource["type"]},
          {"path", resource["path"]},
          {"description", resource["description"]},
          {"origin", origin},
          {"revision", revision},
          {"fingerprint", ""},
          {"size", 0}};
}

Json charm_resources(CallContext& context, const Json& params) {
  return bulk(params.at("entities"), [&](const Json& entity) -> Json {
    const auto& charm = from_charmhub(context.world, charm_name(entity.at("charm-url")));
    Json found = Json::array();
    for (const auto& [name, resource] : charm.resources.items())
      found.push_back(resource_json(name, resource, "store", 3));
    return found;
  });
}

Json add_pending(CallContext& context, const Json& params) {
  Json ids = Json::array();
  for (const auto& resource : params.at("resources")) {
    auto id = context.world.uuid();
    context.model->pending_resources[id] = {{"application", untagged(params.at("tag"), "application")},
                                            {"name", resource.at("name")},
                                            {"uploaded", resource.at("origin") == "store"}};
    ids.push_back(id);
  }
  return {{"pending-ids", ids}};
}

Json list_resources(CallContext& context, const Json& params) {
  return bulk(params.at("entities"), [&](const Json& entity) -> Json {
    auto& application = context.model->application(untagged(entity.at("tag"), "application"));
    Json resources = Json::array(), units = Json::array();
    for (const auto& [name, resource] : application.charm.resources.items()) {
      auto json = resource_json(name, resource, application.charm.local ? "upload" : "store",
                                application.charm.local ? 0 : 3);
      for (const auto& [key, value] : {std::pair{"id", "i"}, {"pending-id", ""}, {"username", ""}})
        json[key] = value;
      json["application"] = application.name;
      json["timestamp"] = context.world.now();
      resources.push_back(json);
    }
    for (const auto& [number, ignored] : application.units) {
      units.push_back({{"tag", "unit-" + application.name + "-" + std::to_string(number)},
                       {"resources", nullptr},
                       {"download-progress", nullptr}});
    }
    return {{"resources", resources}, {"charm-store-resources", Json::array()}, {"unit-resources", units}};
  });
}

}  // namespace

void add_charm_calls(FacadeCalls& calls) {
  calls["Charms.ResolveCharms"] = resolve;
  calls["Charms.AddCharm"] = add_charm;
  calls["Charms.CharmInfo"] = info;
  calls["Charms.ListCharmResources"] = charm_resources;
  calls["Resources.AddPendingResources"] = add_pending;
  calls["Resources.ListResources"] = list_resources;
}

}  // namespace microstack::testing
