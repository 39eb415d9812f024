#include <algorithm>

#include "tests/support/juju_controller/facade_calls.h"

namespace microstack::testing {

namespace {

Model& model_of(CallContext& context, const Json& tag) {
  auto found = context.world.models.find(untagged(tag, "model"));
  if (found == context.world.models.end()) {
    throw ApiError("model \"" + tag.get<std::string>() + "\" does not exist", "not found");
  }
  return found->second;
}

std::string agent_version(const CallContext& context) {
  return context.major == 3 ? "3.6.28" : "4.0.14.1";
}

void set_owner(const CallContext& context, Json& json, const Model& model) {
  if (context.version >= 11 || context.major >= 4) {
    json["qualifier"] = model.owner;
  } else {
    json["owner-tag"] = "user-" + model.owner;
  }
}

Json model_json(const CallContext& context, const Model& model) {
  Json user = {{"model-tag", ""},
               {"user", model.owner},
               {"display-name", model.owner},
               {"last-connection", nullptr},
               {"access", "admin"}};
  Json feature = {{"name", "juju"},
                  {"description", "the version of Juju used by the model"},
                  {"version", agent_version(context)}};
  Json json = {{"name", model.name},
               {"type", model.type},
               {"uuid", model.uuid},
               {"controller-uuid", context.world.controller_uuid},
               {"is-controller", model.is_controller},
               {"provider-type", context.world.clouds.at(model.cloud)["type"]},
               {"cloud-tag", "cloud-" + model.cloud},
               {"cloud-credential-tag", model.credential},
               {"life", model.life},
               {"status",
                {{"status", model.life == "alive" ? "available" : "destroying"},
                 {"info", ""},
                 {"since", model.since}}},
               {"users", Json::array({user})},
               {"machines", nullptr},
               {"secret-backends", nullptr},
               {"agent-version", agent_version(context)},
               {"supported-features", Json::array({feature})}};
  set_owner(context, json, model);
  if (context.major == 3) json["sla"] = {{"level", ""}, {"owner", ""}};
  return json;
}

Json create_model(CallContext& context, const Json& params) {
  auto name = params.at("name").get<std::string>();
  auto owner = context.version >= 11 ? params.at("qualifier").get<std::string>()
                                     : untagged(params.at("owner-tag"), "user");
  for (const auto& [ignored, model] : context.world.models) {
    if (model.name == name && model.owner == owner) {
      throw ApiError("failed to create model: model \"" + name + "\" for " + owner + " already exists",
                     "already exists");
    }
  }
  std::string cloud;
  for (const auto& [its_name, json] : context.world.clouds) {
    if (json.value("is-controller-cloud", false)) cloud = its_name;
  }
  if (params.contains("cloud-tag")) cloud = untagged(params["cloud-tag"], "cloud");
  if (context.world.clouds.count(cloud) == 0)
    throw ApiError("cloud \"" + cloud + "\" not found", "not found");
  auto credential = params.value("credential", "");
  if (!credential.empty() && context.world.credentials.count(credential) == 0)
    throw ApiError("credential \"" + credential + "\" not found", "not found");
  auto& model = context.world.add_model(name, owner, cloud);
  if (!credential.empty()) model.credential = credential;
  if (params.contains("config")) model.config = params["config"];
  return model_json(context, model);
}

Json status_of(CallContext& context, const Json& params) {
  Json models = Json::array();
  for (const auto& entity : params.at("entities")) {
    auto tag = entity.at("tag").get<std::string>();
    auto found = context.world.models.find(untagged(tag, "model"));
    bool there = found != context.world.models.end();
    if (there && !context.world.look(found->second)) {
      context.world.models.erase(found);
      there = false;
    }
    Json json = {{"model-tag", ""},        {"life", ""},     {"type", ""}, {"hosted-machine-count", 0},
                 {"application-count", 0}, {"unit-count", 0}};
    if (!there) {
      json[context.version >= 11 ? "qualifier" : "owner-tag"] = "";
      json["error"] = error_json(ApiError("model \"" + tag + "\" does not exist", "not found"));
      models.push_back(json);
      continue;
    }
    const auto& model = found->second;
    std::size_t units = 0;
    for (const auto& [name, application] : model.applications) {
      units += application.units.size();
      json["applications"].push_back({{"name", name}});
    }
    json["model-tag"] = tag;
    json["life"] = model.life;
    json["type"] = model.type;
    json["application-count"] = model.applications.size();
    json["unit-count"] = units;
    set_owner(context, json, model);
    models.push_back(json);
  }
  return {{"models", models}};
}

Json destroy_models(CallContext& context, const Json& params) {
  return bulk(params.at("models"), [&](const Json& wish) -> Json {
    auto& model = model_of(context, wish.at("model-tag"));
    if (!model.blocks.empty()) throw ApiError(model.blocks.begin()->second, "operation is blocked");
    if (model.life == "alive") model.life = "dying";
    if (wish.value("force", false)) context.world.story.stuck.clear();
    return Json::object();
  });
}

Json summaries(CallContext& context, const Json&) {
  Json results = Json::array();
  auto& models = context.world.models;
  for (auto each = models.begin(); each != models.end();) {
    const bool there = each->second.life == "alive" || context.world.look(each->second);
    each = there ? std::next(each) : models.erase(each);
  }
  for (const auto& [ignored, model] : context.world.models) {
    auto json = model_json(context, model);
    for (const char* key : {"users", "machines", "secret-backends", "supported-features", "provider-type",
                            "cloud-credential-tag"}) {
      json.erase(key);
    }
    std::size_t units = 0;
    for (const auto& [name, application] : model.applications) units += application.units.size();
    json["user-access"] = "admin";
    json["last-connection"] = nullptr;
    json["counts"] =
        Json::array({{{"entity", "machines"}, {"count", 0}}, {{"entity", "units"}, {"count", units}}});
    results.push_back({{"result", json}});
  }
  return {{"results", results}};
}

void add_model_config_calls(FacadeCalls& calls) {
  calls["ModelConfig.ModelGet"] = [](CallContext& context, const Json&) -> Json {
    Json config = {{"agent-version", {{"value", agent_version(context)}, {"source", "model"}}},
                   {"charmhub-url", {{"value", "https://api.charmhub.io"}, {"source", "default"}}},
                   {"name", {{"value", context.model->name}, {"source", "model"}}},
                   {"uuid", {{"value", context.model->uuid}, {"source", "model"}}},
                   {"default-space", {{"value", ""}, {"source", "default"}}},
                   {"update-status-hook-interval", {{"value", "5m"}, {"source", "default"}}}};
    for (const auto& [key, value] : context.model->config.items())
      config[key] = {{"value", value}, {"source", "model"}};
    return {{"config", config}};
  };
  calls["ModelConfig.ModelSet"] = [](CallContext& context, const Json& params) {
    context.model->config.update(params.at("config"));
    return Json::object();
  };
  calls["ModelConfig.ModelUnset"] = [](CallContext& context, const Json& params) {
    for (const auto& key : params.at("keys")) context.model->config.erase(key.get<std::string>());
    return Json::object();
  };
  calls["ModelConfig.GetModelConstraints"] = [](CallContext& context, const Json&) {
    return Json{{"constraints", context.model->constraints}};
  };
  calls["ModelConfig.SetModelConstraints"] = [](CallContext& context, const Json& params) {
    context.model->constraints = params.at("constraints");
    return Json::object();
  };
  calls["ModelConfig.Sequences"] = [](CallContext&, const Json&) { return Json{{"sequences", nullptr}}; };
  calls["Annotations.Get"] = [](CallContext& context, const Json& params) {
    Json results = Json::array();
    for (const auto& entity : params.at("entities")) {
      auto tag = entity.at("tag").get<std::string>();
      results.push_back(
          {{"entity", tag}, {"annotations", context.model->annotations[tag]}, {"error", Json::object()}});
    }
    return Json{{"results", results}};
  };
  calls["Annotations.Set"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("annotations"), [&](const Json& wish) -> Json {
      auto& its = context.model->annotations[wish.at("entity").get<std::string>()];
      for (const auto& [key, value] : wish.at("annotations").items()) {
        value == "" ? (void)its.erase(key) : (void)(its[key] = value.get<std::string>());
      }
      return Json::object();
    });
  };
  calls["Block.SwitchBlockOn"] = [](CallContext& context, const Json& params) {
    context.model->blocks[params.at("type")] = params.at("message");
    return Json::object();
  };
  calls["Block.SwitchBlockOff"] = [](CallContext& context, const Json& params) {
    context.model->blocks.erase(params.at("type").get<std::string>());
    return Json::object();
  };
  calls["Block.List"] = [](CallContext& context, const Json&) {
    Json results = Json::array();
    for (const auto& [type, message] : context.model->blocks) {
      results.push_back(
          {{"result",
            {{"id", "b"}, {"tag", "model-" + context.model->uuid}, {"type", type}, {"message", message}}}});
    }
    return Json{{"results", results}};
  };
}

void add_cloud_calls(FacadeCalls& calls) {
  calls["Cloud.Clouds"] = [](CallContext& context, const Json&) {
    Json clouds = Json::object();
    for (const auto& [name, cloud] : context.world.clouds) clouds["cloud-" + name] = cloud;
    return Json{{"clouds", clouds}};
  };
  calls["Cloud.Cloud"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("entities"), [&](const Json& entity) -> Json {
      auto found = context.world.clouds.find(untagged(entity.at("tag"), "cloud"));
      if (found == context.world.clouds.end()) throw ApiError("cloud not found", "not found");
      return {{"cloud", found->second}};
    });
  };
  calls["Cloud.AddCloud"] = [](CallContext& context, const Json& params) {
    auto name = params.at("name").get<std::string>();
    if (context.world.clouds.count(name) > 0)
      throw ApiError("cloud \"" + name + "\" already exists", "already exists");
    Json cloud = params.at("cloud");
    cloud.erase("host-cloud-region");
    if (!cloud.contains("regions")) cloud["regions"] = Json::array({{{"name", "default"}}});
    context.world.clouds[name] = cloud;
    return Json::object();
  };
  calls["Cloud.RemoveClouds"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("entities"), [&](const Json& entity) -> Json {
      auto name = untagged(entity.at("tag"), "cloud");
      for (const auto& [ignored, model] : context.world.models) {
        if (model.cloud == name)
          throw ApiError("cannot delete cloud \"" + name + "\" as it is still referenced by models");
      }
      if (context.world.clouds.erase(name) == 0)
        throw ApiError("cloud \"" + name + "\" not found", "not found");
      return Json::object();
    });
  };
  for (const char* name : {"Cloud.AddCredentials", "Cloud.UpdateCredentialsCheckModels"}) {
    bool checked = std::string(name) == "Cloud.UpdateCredentialsCheckModels";
    calls[name] = [checked](CallContext& context, const Json& params) {
      return bulk(params.at("credentials"), [&](const Json& wish) -> Json {
        context.world.credentials[wish.at("tag").get<std::string>()] = wish.at("credential");
        return checked ? Json{{"tag", wish["tag"]}} : Json::object();
      });
    };
  }
  calls["Cloud.CredentialContents"] = [](CallContext& context, const Json& params) {
    const bool reveal = params.at("include-secrets");
    Json wanted = params.value("credentials", Json::array());
    const auto own = "_" + context.user + "_";
    if (wanted.empty()) {  // all of the user's
      for (const auto& [tag, ignored] : context.world.credentials) {
        const auto name = untagged(tag, "cloudcred");
        const auto at = name.find(own);
        if (at == std::string::npos) continue;
        wanted.push_back(
            {{"cloud-name", name.substr(0, at)}, {"credential-name", name.substr(at + own.size())}});
      }
    }
    return bulk(wanted, [&](const Json& wish) -> Json {
      const std::string cloud = wish.at("cloud-name"), name = wish.at("credential-name");
      const auto tag = "cloudcred-" + cloud + own + name;
      const auto held = context.world.credentials.find(tag);
      if (held == context.world.credentials.end())
        throw ApiError("credential \"" + name + "\" not found", "not found");
      Json content = {
          {"name", name}, {"cloud", cloud}, {"auth-type", held->second.at("auth-type")}, {"valid", true}};
      if (reveal) content["attrs"] = held->second.value("attrs", Json::object());
      Json models = Json::array();
      for (const auto& [uuid, model] : context.world.models)
        if (model.credential == tag)
          models.push_back({{"model", model.owner + "/" + model.name}, {"access", "admin"}});
      return {{"result", {{"content", content}, {"models", models}}}};
    });
  };
  calls["Cloud.UserCredentials"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("user-clouds"), [&](const Json& wish) -> Json {
      Json tags = Json::array();
      auto prefix = "cloudcred-" + untagged(wish.at("cloud-tag"), "cloud") + "_" +
                    untagged(wish.at("user-tag"), "user") + "_";
      for (const auto& [tag, ignored] : context.world.credentials) {
        if (tag.rfind(prefix, 0) == 0) tags.push_back(tag);
      }
      return {{"result", tags}};
    });
  };
}

}  // namespace

void add_model_calls(FacadeCalls& calls) {
  calls["ModelManager.CreateModel"] = create_model;
  calls["ModelManager.DestroyModels"] = destroy_models;
  calls["ModelManager.ModelStatus"] = status_of;
  calls["ModelManager.ListModelSummaries"] = summaries;
  calls["ModelManager.ModelInfo"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("entities"), [&](const Json& entity) -> Json {
      auto json = model_json(context, model_of(context, entity.at("tag")));
      Json backend = {{"name", "internal"}, {"backend-type", "controller"}, {"config", nullptr}};
      json["cloud-credential-validity"] = true;
      json["secret-backends"] =
          Json::array({{{"result", backend}, {"id", ""}, {"num-secrets", 0}, {"status", "active"}}});
      return {{"result", json}};
    });
  };
  calls["ModelManager.ListModels"] = [](CallContext& context, const Json& params) {
    Json models = Json::array();
    for (const auto& [uuid, model] : context.world.models) {
      if (untagged(params.at("tag"), "user") != model.owner) continue;
      Json json = {{"name", model.name}, {"uuid", uuid}, {"type", model.type}};
      set_owner(context, json, model);
      models.push_back({{"model", json}, {"last-connection", nullptr}});
    }
    return Json{{"user-models", models.empty() ? Json() : models}};
  };
  calls["Controller.ControllerVersion"] = [](CallContext& context, const Json&) {
    return Json{{"version", agent_version(context)}, {"git-commit", ""}};
  };
  for (const char* name : {"WatchModelSummaries", "WatchAllModelSummaries"}) {
    calls[std::string("Controller.") + name] = [name](CallContext&, const Json&) -> Json {
      throw ApiError(std::string(name) + " not supported", "not supported");
    };
  }
  calls["Controller.WatchAllModels"] = [](CallContext&, const Json&) -> Json {
    throw ApiError("WatchAllModels not implemented", "not implemented");
  };
  calls["Pinger.Ping"] = [](CallContext&, const Json&) { return Json::object(); };
  calls["HighAvailability.ControllerDetails"] = [](CallContext& context, const Json&) {
    return Json{{"results",
                 Json::array({{{"controller-id", "0"}, {"api-addresses", Json::array({context.address})}}})}};
  };
  calls["Bundle.ExportBundle"] = [](CallContext&, const Json&) -> Json {
    throw ApiError("Juju 4.0 doesn't support exporting bundles", "not implemented");
  };
  add_model_config_calls(calls);
  add_cloud_calls(calls);
}

}  // namespace microstack::testing
