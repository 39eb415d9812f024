#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "tests/support/juju_controller/facade_calls.h"

namespace microstack::testing {

namespace {

const char* default_base = "ubuntu@24.04";

Json config_json(const Application& application) {
  Json config = Json::object();
  for (const auto& [key, option] : application.charm.config.items()) {
    Json json = {{"type", option["type"]}, {"description", option.value("description", key)}};
    bool has_default = option.contains("default");
    if (has_default) json["default"] = option["default"];
    if (application.config.contains(key)) {
      json["source"] = "user";
      json["value"] = application.config[key];
    } else {
      json["source"] = has_default ? "default" : "unset";
      if (has_default) json["value"] = option["default"];
    }
    config[key] = std::move(json);
  }
  return config;
}

std::string base_text(const Json& base) {
  auto channel = base.value("channel", "");
  return base.value("name", "ubuntu") + "@" + channel.substr(0, channel.find('/'));
}

// What is deployed without an architecture gets that of the controller.
Json with_architecture(Json constraints) {
  if (!constraints.contains("arch")) constraints["arch"] = "amd64";
  return constraints;
}

Json deploy_one(CallContext& context, const Json& wish) {
  auto& model = *context.model;
  auto name = wish.at("ApplicationName").get<std::string>();
  auto charm_name = wish.at("CharmName").get<std::string>();
  if (name.empty()) name = charm_name;
  if (model.life != "alive") throw ApiError("model \"" + model.name + "\" is no longer alive");
  Charm charm = from_charmhub(context.world, charm_name);
  if (wish.contains("revision")) charm.revision = wish["revision"];
  auto channel = wish.value("channel", std::string("latest/stable"));
  if (channel.find('/') == std::string::npos) channel = "latest/" + channel;
  auto base = wish.contains("base") ? base_text(wish["base"]) : std::string(default_base);
  Json info = {{"architecture", "amd64"},
               {"base", base_json_of(base, false)},
               {"channel", channel},
               {"name", name},
               {"revision", charm.revision}};
  Json errors = nullptr;
  const YAML::Node config = YAML::Load(wish.at("ConfigYAML").get<std::string>());
  try {
    if (model.applications.count(name) > 0) {
      auto kind = std::string(model.type == "caas" ? "CAAS" : "IAAS");
      throw ApiError("creating application \"" + name + "\": creating " + kind + " application \"" + name +
                     "\": inserting " + kind + " application \"" + name + "\": checking if application \"" +
                     name + "\" exists: application already exists");
    }
    Application trial;
    trial.charm = charm;
    if (config.IsMap() && config[name] && config[name].IsMap()) {
      for (const auto& entry : config[name]) {
        set_application_config(trial, entry.first.as<std::string>(), entry.second.as<std::string>());
      }
    }
    auto& application = context.world.deploy(model, name, charm, wish.value("num-units", 0));
    application.config = trial.config;
    application.channel = channel;
    application.base = base;
    application.trust = wish.at("Trust").get<bool>();
    application.constraints = with_architecture(wish.at("Cons"));
    model.charms[charm.url()] = charm;
    for (const auto& [resource, ignored] : charm.resources.items()) application.resources[resource] = 3;
  } catch (const ApiError& error) {
    errors = Json::array({error_json(error)});
  }
  if (charm.containers.empty() && model.type == "caas" && context.major >= 4 && errors.is_null()) {
    info["warnings"] = Json::array({"\"" + charm_name + "\" declares no containers but \"" + model.name +
                                    "\" is a Kubernetes model; it has no workload to run there"});
  }
  return {{"Errors", errors}, {"Info", info}, {"PendingResourceUploads", nullptr}};
}

Json deploy_known(CallContext& context, const Json& wish) {
  auto& model = *context.model;
  auto name = wish.at("application").get<std::string>();
  auto found = model.charms.find(wish.at("charm-url").get<std::string>());
  if (found == model.charms.end()) throw ApiError("charm not found", "not found");
  Application trial;
  trial.charm = found->second;
  const Json config = wish.value("config", Json::object());
  for (const auto& [key, value] : config.items()) {
    set_application_config(trial, key, value);
  }
  auto resources = wish.value("resources", Json::object());
  for (const auto& [resource, id] : resources.items()) {
    if (!model.pending_resources.contains(id.get<std::string>()))
      throw ApiError("resource \"" + resource + "\" not found");
  }
  auto& application = context.world.deploy(model, name, found->second, wish.at("num-units"));
  application.config = trial.config;
  application.trust = trial.trust;
  application.base = base_text(wish.at("charm-origin").at("base"));
  application.constraints = with_architecture(wish.at("constraints"));
  application.resources = resources;
  return Json::object();
}

Json get(CallContext& context, const Json& params) {
  auto& application = context.model->application(params.at("application"));
  Json bindings = {{"", "alpha"}};
  for (const auto& [name, ignored] : application.charm.endpoints) bindings[name] = "alpha";
  Json trust = {{"type", "bool"},
                {"description", "Does this application have access to trusted credentials"},
                {"default", false},
                {"source", application.trust ? "user" : "default"},
                {"value", application.trust}};
  return {{"application", application.name},        {"charm", application.charm.name},
          {"config", config_json(application)},     {"application-config", {{"trust", trust}}},
          {"constraints", application.constraints}, {"base", base_json_of(application.base, false)},
          {"channel", application.channel},         {"endpoint-bindings", bindings}};
}

Json set_configs(CallContext& context, const Json& params) {
  return bulk(params.at("Args"), [&](const Json& wish) -> Json {
    auto& application = context.model->application(wish.at("application"));
    Application trial = application;
    for (const auto& [key, value] : wish.at("config").items()) set_application_config(trial, key, value);
    application = trial;
    return Json::object();
  });
}

Json origin_json(const Application& application) {
  const auto& charm = application.charm;
  Json origin = {{"source", charm.local ? "local" : "charm-hub"},
                 {"type", ""},
                 {"id", charm.local ? "" : "id" + charm.name},
                 {"hash", "00"},
                 {"revision", charm.revision},
                 {"architecture", "amd64"},
                 {"base", base_json_of(application.base, false)},
                 {"instance-key", "k"}};
  if (!charm.local) {
    origin["track"] = application.channel.substr(0, application.channel.find('/'));
    origin["risk"] = application.channel.substr(application.channel.find('/') + 1);
  }
  return origin;
}

Json set_charm(CallContext& context, const Json& params) {
  auto& application = context.model->application(params.at("application"));
  auto found = context.model->charms.find(params.at("charm-url"));
  if (found == context.model->charms.end())
    throw ApiError("charm \"" + params.at("charm-url").get<std::string>() + "\" not found", "not found");
  application.charm = found->second;
  const Json& origin = params.at("charm-origin");
  if (origin.value("source", "") == "charm-hub") {
    application.channel = origin.value("track", "latest") + "/" + origin.value("risk", "stable");
  }
  for (auto& [ignored, unit] : application.units)
    unit.state = {"maintenance", "upgrading charm", "executing", context.world.now(), 0};
  return Json::object();
}

void destroy(CallContext& context, Application& application, bool force) {
  application.life = "dying";
  if (force) context.world.story.stuck.erase(application.name);
}

void add_relation_calls(FacadeCalls& calls) {
  calls["Application.AddRelation"] = [](CallContext& context, const Json& params) -> Json {
    const Json& names = params.at("endpoints");
    auto& relation = context.world.relate(*context.model, names.at(0), names.at(1));
    Json ends = Json::object();
    for (const auto& end : relation.ends) {
      Endpoint endpoint{end.endpoint, end.role, relation.interface};
      if (auto app = context.model->applications.find(end.application);
          app != context.model->applications.end()) {
        endpoint = app->second.charm.endpoints.at(end.endpoint);
      }
      ends[end.application] = endpoint_json(endpoint);
    }
    return {{"endpoints", ends}};
  };
  calls["Application.DestroyRelation"] = [](CallContext& context, const Json& params) -> Json {
    const Json& names = params.at("endpoints");
    auto matches = [](const Relation::End& end, const std::string& text) {
      return text == end.application || text == end.application + ":" + end.endpoint;
    };
    auto& relations = context.model->relations;
    auto found = std::find_if(relations.begin(), relations.end(), [&](const Relation& relation) {
      if (relation.ends.size() != 2) return false;
      const auto &a = relation.ends[0], &b = relation.ends[1];
      return (matches(a, names.at(0)) && matches(b, names.at(1))) ||
             (matches(a, names.at(1)) && matches(b, names.at(0)));
    });
    if (found == relations.end()) throw ApiError("relation not found", "not found");
    relations.erase(found);
    return Json::object();
  };
}

void add_unit_calls(FacadeCalls& calls) {
  calls["Application.ScaleApplications"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("applications"), [&](const Json& wish) -> Json {
      if (context.model->type != "caas")
        throw ApiError("scaling applications on a non-container model not supported", "not supported");
      auto& application = context.model->application(untagged(wish.at("application-tag"), "application"));
      application.scale = wish.at("scale").get<int>();
      application.scale_looks = 0;
      return {{"info", {{"num-units", wish["scale"]}}}};
    });
  };
  calls["Application.AddUnits"] = [](CallContext& context, const Json& params) -> Json {
    auto& application = context.model->application(params.at("application"));
    Json names = Json::array();
    int first = application.next_unit;
    context.world.set_units(*context.model, application,
                            static_cast<int>(application.units.size()) + params.at("num-units").get<int>());
    for (int i = first; i < application.next_unit; ++i)
      names.push_back(application.name + "/" + std::to_string(i));
    return {{"units", names}};
  };
  calls["Application.DestroyUnit"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("units"), [&](const Json& wish) -> Json {
      auto unit = unit_of(wish.at("unit-tag"));
      auto& application = context.model->application(unit.substr(0, unit.find('/')));
      if (application.units.erase(std::stoi(unit.substr(unit.find('/') + 1))) == 0) {
        throw ApiError("unit \"" + unit + "\" does not exist", "not found");
      }
      return {{"info", Json::object()}};
    });
  };
  calls["Application.ResolveUnitErrors"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("tags").at("entities"), [&](const Json& entity) -> Json {
      auto unit = unit_of(entity.at("tag"));
      auto& application = context.model->application(unit.substr(0, unit.find('/')));
      auto& state = application.units.at(std::stoi(unit.substr(unit.find('/') + 1))).state;
      if (state.status != "error")
        throw ApiError("resolving unit: checking unit \"" + unit + "\" status: unit is not in error state");
      state.status = "maintenance";
      return Json::object();
    });
  };
}

}  // namespace

void set_application_config(Application& application, const std::string& key, const Json& value) {
  auto text = value.is_string() ? value.get<std::string>() : value.dump();
  if (key == "trust") {
    application.trust = text == "true";
    return;
  }
  if (!application.charm.config.contains(key)) {
    throw ApiError("invalid application config: unknown option \"" + key + "\"", "not valid");
  }
  auto type = application.charm.config[key]["type"].get<std::string>();
  auto bad = [&] { throw ApiError("option \"" + key + "\" expected " + type + ", got \"" + text + "\""); };
  if (type == "int") {
    if (text.empty() || text.find_first_not_of("-0123456789") != std::string::npos) bad();
    application.config[key] = std::stoll(text);
  } else if (type == "boolean") {
    if (text != "true" && text != "false" && text != "True" && text != "False") bad();
    application.config[key] = text == "true" || text == "True";
  } else {
    application.config[key] = text;
  }
}

void add_application_calls(FacadeCalls& calls) {
  calls["Application.DeployFromRepository"] = [](CallContext& context, const Json& params) {
    return bulk(
        params.at("Args"), [&](const Json& wish) { return deploy_one(context, wish); }, "Results");
  };
  calls["Application.Deploy"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("applications"), [&](const Json& wish) { return deploy_known(context, wish); });
  };
  calls["Application.Get"] = get;
  calls["Application.SetConfigs"] = set_configs;
  calls["Application.UnsetApplicationsConfig"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("Args"), [&](const Json& wish) -> Json {
      auto& application = context.model->application(wish.at("application"));
      for (const auto& key : strings(wish, "options")) application.config.erase(key.get<std::string>());
      return Json::object();
    });
  };
  calls["Application.CharmConfig"] = [](CallContext& context, const Json& params) {
    Json results = Json::array();
    for (const auto& arg : params.at("args")) {
      try {
        results.push_back({{"config", config_json(context.model->application(arg.at("application")))}});
      } catch (const ApiError& error) {
        results.push_back({{"config", nullptr}, {"error", error_json(error)}});
      }
    }
    return Json{{"Results", results}};
  };
  calls["Application.GetCharmURLOrigin"] = [](CallContext& context, const Json& params) -> Json {
    auto& application = context.model->application(params.at("application"));
    return {{"url", application.charm.url()}, {"charm-origin", origin_json(application)}};
  };
  calls["Application.ApplicationsInfo"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("entities"), [&](const Json& entity) -> Json {
      const auto& application = context.model->application(untagged(entity.at("tag"), "application"));
      Json bindings = {{"", "alpha"}};
      for (const auto& [name, ignored] : application.charm.endpoints) bindings[name] = "alpha";
      return {{"result",
               {{"tag", "application-" + application.name},
                {"charm", application.charm.name},
                {"base", base_json_of(application.base, false)},
                {"constraints", application.constraints},
                {"principal", !application.charm.subordinate},
                {"exposed", application.exposed},
                {"remote", false},
                {"life", application.life},
                {"endpoint-bindings", bindings}}}};
    });
  };
  calls["Application.SetCharm"] = set_charm;
  calls["Application.SetConstraints"] = [](CallContext& context, const Json& params) {
    context.model->application(params.at("application")).constraints = params.at("constraints");
    return Json::object();
  };
  for (bool on : {true, false}) {
    calls[on ? "Application.Expose" : "Application.Unexpose"] = [on](CallContext& context,
                                                                     const Json& params) {
      context.model->application(params.at("application")).exposed = on;
      return Json::object();
    };
  }
  calls["Application.DestroyApplication"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("applications"), [&](const Json& wish) -> Json {
      auto& application = context.model->application(untagged(wish.at("application-tag"), "application"));
      Json units = Json::array();
      for (const auto& [number, ignored] : application.units) {
        units.push_back({{"tag", "unit-" + application.name + "-" + std::to_string(number)}});
      }
      destroy(context, application, wish.at("force"));
      return {{"info", {{"destroyed-units", units}}}};
    });
  };
  add_relation_calls(calls);
  add_unit_calls(calls);
}

}  // namespace microstack::testing
