#include "tests/support/juju_controller/charm_behaviour.h"
#include "tests/support/juju_controller/facade_calls.h"

namespace microstack::testing {

namespace {

const char* zero_time = "0001-01-01T00:00:00Z";

Json status_json(const std::string& status, const std::string& info, const std::string& since,
                 Json data = nullptr, const std::string& life = {}) {
  return {{"status", status}, {"info", info}, {"data", std::move(data)}, {"since", since}, {"kind", ""},
          {"version", ""},    {"life", life}};
}

int rank(const std::string& status) {
  static const std::vector<std::string> order = {"error", "blocked", "maintenance", "waiting", "active"};
  auto found = std::find(order.begin(), order.end(), status);
  return static_cast<int>(found - order.begin());
}

Json application_json(const Model& model, const Application& application) {
  Json units = Json::object(), relations = Json::object(), bindings = {{"", "alpha"}};
  UnitState worst{"unknown", "", "", model.since};
  int worst_rank = 99;
  for (const auto& [number, unit] : application.units) {
    Json json = {
        {"agent-status", status_json(unit.state.agent, "", unit.state.since, Json::object(), "alive")},
        {"workload-status",
         status_json(unit.state.status, unit.state.message, unit.state.since, Json::object())},
        {"workload-version", ""},
        {"machine", model.type == "caas" ? "" : std::to_string(number)},
        {"opened-ports", nullptr},
        {"public-address", ""},
        {"charm", ""},
        {"subordinates", nullptr}};
    if (unit.leader) json["leader"] = true;
    if (model.type == "caas" && unit.state.status != "waiting") {
      json["address"] = "10.1.0." + std::to_string(number + 10);
      json["provider-id"] = application.name + "-" + std::to_string(number);
    }
    units[application.name + "/" + std::to_string(number)] = std::move(json);
    if (rank(unit.state.status) < worst_rank) {
      worst = unit.state;
      worst_rank = rank(unit.state.status);
    }
  }
  for (const auto& relation : model.relations) {
    for (std::size_t i = 0; i < relation.ends.size(); ++i) {
      if (relation.ends[i].application != application.name) continue;
      auto other = relation.ends.size() == 1 ? relation.ends[0] : relation.ends[1 - i];
      relations[relation.ends[i].endpoint].push_back(other.application);
    }
  }
  for (const auto& [name, ignored] : application.charm.endpoints) bindings[name] = "alpha";
  Json json = {{"charm", application.charm.url()},
               {"charm-version", ""},
               {"charm-profile", ""},
               {"base", base_json_of(application.base, true)},
               {"exposed", application.exposed},
               {"life", application.life},
               {"relations", relations},
               {"can-upgrade-to", ""},
               {"subordinate-to", Json::array()},
               {"units", application.charm.subordinate ? Json() : units},
               {"status", status_json(worst.status, worst.message, worst.since)},
               {"workload-version", ""},
               {"endpoint-bindings", bindings},
               {"public-address", ""}};
  if (!application.charm.local) {
    json["charm-channel"] = application.channel;
    json["charm-rev"] = application.charm.revision;
  }
  if (model.type == "caas") {
    json["int"] = application.scale.value_or(static_cast<int>(application.units.size()));
    json["provider-id"] = "0000";
    json["public-address"] = "10.152.183." + std::to_string(application.number % 250 + 1);
  }
  return json;
}

Json run_json(const ActionRun& run, bool brief) {
  Json action = {{"tag", run.tag},
                 {"receiver", "unit-" + run.unit},
                 {"name", brief ? "" : run.name},
                 {"parallel", false}};
  if (!brief) {
    action["execution-group"] = "";
    action["parameters"] = run.parameters;
  }
  auto slash = action["receiver"].get<std::string>().rfind('/');
  auto receiver = action["receiver"].get<std::string>();
  receiver[slash] = '-';
  action["receiver"] = receiver;
  Json json = {{"action", action},
               {"enqueued", run.enqueued},
               {"started", run.started.empty() ? zero_time : run.started},
               {"completed", zero_time},
               {"status", brief ? "pending" : run.status}};
  if (brief) return json;
  if (!run.message.empty()) json["message"] = run.message;
  if (run.status != "pending" && run.status != "running") json["output"] = run.output;
  for (const auto& line : run.log) json["log"].push_back({{"timestamp", run.enqueued}, {"message", line}});
  return json;
}

Json enqueue(CallContext& context, const Json& params) {
  auto& model = *context.model;
  auto operation = "operation-" + std::to_string(model.next_action++);
  Json answer = bulk(
      params.at("actions"),
      [&](const Json& wish) -> Json {
        auto unit = unit_of(wish.at("receiver"));
        auto& application = model.application(unit.substr(0, unit.find('/')));
        if (application.units.count(std::stoi(unit.substr(unit.find('/') + 1))) == 0) {
          throw ApiError("unit \"" + unit + "\" not found", "not found");
        }
        auto name = wish.at("name").get<std::string>();
        const auto& known = application.charm.actions;
        if (std::find(known.begin(), known.end(), name) == known.end()) {
          throw ApiError("action \"" + name + "\" not defined on unit \"" + unit + "\"", "not found");
        }
        check_parameters(application.charm, name, wish.value("parameters", Json::object()));
        ActionRun run;
        run.tag = "action-" + std::to_string(model.next_action++);
        run.operation = operation;
        run.unit = unit;
        run.name = name;
        run.parameters = wish.value("parameters", Json::object());
        run.enqueued = context.world.now();
        model.actions[run.tag] = run;
        return run_json(run, true);
      },
      "actions");
  answer["operation"] = operation;
  return answer;
}

Json actions(CallContext& context, const Json& params) {
  auto& story = context.world.story;
  return bulk(params.at("entities"), [&](const Json& entity) -> Json {
    auto found = context.model->actions.find(entity.at("tag").get<std::string>());
    if (found == context.model->actions.end()) throw ApiError("action not found", "not found");
    auto& run = found->second;
    Json before = run_json(run, false);
    if (run.status == "pending" || run.status == "running") {
      if (run.started.empty()) run.started = context.world.now();
      run.status = "running";
      if (run.looks++ >= story.looks_until_done) {
        auto outcome = story.actions.count(run.name) > 0
                           ? story.actions[run.name]
                           : charm_outcome(context.world, *context.model, run).value_or(Story::Outcome{});
        run.status = outcome.status;
        run.message = outcome.message;
        run.output = outcome.output;
        run.output["return-code"] = outcome.status == "completed" ? 0 : 1;
      }
    }
    return before;
  });
}

Json secret_json(const CallContext& context, const StoredSecret& secret, bool reveal) {
  Json revision = {{"revision", secret.revision},
                   {"backend-name", "internal"},
                   {"create-time", secret.created},
                   {"update-time", secret.created}};
  Json json = {
      {"uri", secret.uri},
      {"version", 1},
      {"owner-tag", secret.owner.empty() ? "model-" + context.model->uuid : "application-" + secret.owner},
      {"rotate-policy", "never"},
      {"label", secret.label},
      {"latest-revision", secret.revision},
      {"latest-revision-checksum", "00"},
      {"create-time", secret.created},
      {"update-time", secret.created},
      {"revisions", Json::array({revision})}};
  for (const auto& application : secret.granted) {
    json["access"].push_back({{"target-tag", "application-" + application},
                              {"scope-tag", "model-" + context.model->uuid},
                              {"role", "view"}});
  }
  if (reveal) json["value"] = {{"data", secret.data}};
  return json;
}

StoredSecret& find_secret(CallContext& context, const std::string& uri, const std::string& label) {
  for (auto& [its_uri, secret] : context.model->secrets) {
    if (its_uri == uri || (uri.empty() && secret.label == label)) return secret;
  }
  throw ApiError("secret \"" + (uri.empty() ? label : uri) + "\" not found", "not found");
}

Json create_secrets(CallContext& context, const Json& params) {
  return bulk(params.at("args"), [&](const Json& wish) -> Json {
    StoredSecret secret;
    secret.label = wish.value("label", "");
    for (const auto& [ignored, other] : context.model->secrets) {
      if (!secret.label.empty() && other.label == secret.label) {
        ApiError taken("secret with label \"" + secret.label + "\" already exists", "already exists");
        return {{"result", ""}, {"error", error_json(taken)}};
      }
    }
    secret.uri = "secret:" + context.world.uuid().substr(0, 8) + "0000000000000";
    secret.data = wish.at("content").at("data");
    secret.created = context.world.now();
    context.model->secrets[secret.uri] = secret;
    return {{"result", secret.uri}};
  });
}

Json change_access(CallContext& context, const Json& params, bool grant) {
  auto& secret = find_secret(context, params.at("uri"), params.at("label"));
  return bulk(params.at("applications"), [&](const Json& name) -> Json {
    auto& application = context.model->application(name.get<std::string>());
    grant ? (void)secret.granted.insert(application.name) : (void)secret.granted.erase(application.name);
    return Json::object();
  });
}

}  // namespace

Json full_status(CallContext& context) {
  auto& model = *context.model;
  context.world.look(model);
  Json applications = Json::object(), remotes = Json::object(), offers = Json::object(),
       relations = Json::array();
  for (const auto& [name, application] : model.applications) {
    applications[name] = application_json(model, application);
    if (context.major == 3) applications[name]["meter-statuses"] = nullptr;
  }
  for (const auto& relation : model.relations) {
    Json ends = Json::array();
    for (const auto& end : relation.ends) {
      ends.push_back({{"application", end.application},
                      {"name", end.endpoint},
                      {"role", end.role},
                      {"subordinate", false}});
    }
    relations.push_back({{"id", relation.id},
                         {"key", relation.key()},
                         {"interface", relation.interface},
                         {"scope", "global"},
                         {"endpoints", ends},
                         {"status", status_json("joined", "", relation.since, Json::object())}});
  }
  for (const auto& [name, remote] : model.remotes) {
    Json endpoints = Json::array(), its = Json::object();
    for (const auto& endpoint : remote.endpoints) {
      endpoints.push_back({{"name", endpoint.name},
                           {"role", endpoint.role},
                           {"interface", endpoint.interface},
                           {"limit", endpoint.limit}});
    }
    for (const auto& relation : model.relations) {
      for (std::size_t i = 0; i < relation.ends.size(); ++i) {
        if (relation.ends[i].application != name) continue;
        its[relation.ends[i].endpoint].push_back(relation.ends[1 - i].application);
      }
    }
    remotes[name] = {{"offer-url", remote.offer_url},
                     {"offer-name", name},
                     {"endpoints", endpoints},
                     {"life", "alive"},
                     {"relations", its},
                     {"status", status_json("active", "", remote.since, Json::object())}};
  }
  for (const auto& [name, offer] : model.offers) {
    const auto& application = model.application(offer.application);
    Json endpoints = Json::object();
    for (const auto& endpoint : offer.endpoints) {
      endpoints[endpoint] = {{"name", endpoint},
                             {"role", application.charm.endpoints.at(endpoint).role},
                             {"interface", application.charm.endpoints.at(endpoint).interface},
                             {"limit", 0}};
    }
    offers[name] = {
        {"offer-name", name},     {"application-name", offer.application}, {"charm", application.charm.url()},
        {"endpoints", endpoints}, {"active-connected-count", 0},           {"total-connected-count", 0}};
  }
  Json model_json = {
      {"name", model.name},
      {"type", model.type},
      {"cloud-tag", "cloud-" + model.cloud},
      {"version", context.major == 3 ? "3.6.28" : "4.0.14.1"},
      {"available-version", ""},
      {"model-status", status_json(model.life == "alive" ? "available" : "destroying", "", model.since)}};
  if (context.major == 3) {
    model_json["meter-status"] = {{"color", ""}, {"message", ""}};
    model_json["sla"] = "unsupported";
  }
  return {{"model", model_json},
          {"machines", Json::object()},
          {"applications", applications},
          {"remote-applications", remotes},
          {"offers", offers},
          {"relations", relations},
          {"controller-timestamp", context.world.now()},
          {"branches", nullptr}};
}

void add_operation_calls(FacadeCalls& calls) {
  calls["Client.FullStatus"] = [](CallContext& context, const Json&) { return full_status(context); };
  calls["Client.StatusHistory"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("requests"), [&](const Json& wish) -> Json {
      auto tag = wish.at("tag").get<std::string>();
      Json statuses = Json::array();
      if (tag.rfind("unit-", 0) == 0) {
        auto unit = unit_of(tag);
        auto& application = context.model->application(unit.substr(0, unit.find('/')));
        const auto& state = application.units.at(std::stoi(unit.substr(unit.find('/') + 1))).state;
        statuses.push_back(status_json(state.status, state.message, state.since));
      }
      return {{"history", {{"statuses", statuses}}}};
    });
  };
  calls["Client.WatchAll"] = [](CallContext&, const Json&) -> Json {
    throw ApiError("WatchAll not implemented", "not implemented");
  };
  calls["Action.EnqueueOperation"] = enqueue;
  calls["Action.Actions"] = actions;
  calls["Action.ApplicationsCharmsActions"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("entities"), [&](const Json& entity) -> Json {
      auto& application = context.model->application(untagged(entity.at("tag"), "application"));
      Json found = Json::object();
      for (const auto& name : application.charm.actions) {
        Json schema = {{"type", "object"},
                       {"title", name},
                       {"description", name},
                       {"properties", Json::object()},
                       {"additionalProperties", false}};
        found[name] = {{"description", name}, {"params", schema}};
      }
      return {{"application-tag", entity["tag"]}, {"actions", found}};
    });
  };
  calls["Secrets.CreateSecrets"] = create_secrets;
  calls["Secrets.ListSecrets"] = [](CallContext& context, const Json& params) -> Json {
    Json found = Json::array();
    settle_charm_secrets(context.world, *context.model);
    auto label = params.at("filter").value("label", ""), uri = params.at("filter").value("uri", "");
    for (const auto& [its_uri, secret] : context.model->secrets) {
      if ((!label.empty() && secret.label != label) || (!uri.empty() && its_uri != uri)) continue;
      found.push_back(secret_json(context, secret, params.at("show-secrets")));
    }
    return {{"results", found}};
  };
  calls["Secrets.UpdateSecrets"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("args"), [&](const Json& wish) -> Json {
      auto& secret = find_secret(context, wish.at("uri"), wish.at("existing-label"));
      secret.data = wish.at("content").at("data");
      ++secret.revision;
      return Json::object();
    });
  };
  calls["Secrets.RemoveSecrets"] = [](CallContext& context, const Json& params) {
    return bulk(params.at("args"), [&](const Json& wish) -> Json {
      auto uri = find_secret(context, wish.at("uri"), wish.at("label")).uri;
      context.model->secrets.erase(uri);
      return Json::object();
    });
  };
  calls["Secrets.GrantSecret"] = [](CallContext& c, const Json& params) {
    return change_access(c, params, true);
  };
  calls["Secrets.RevokeSecret"] = [](CallContext& c, const Json& params) {
    return change_access(c, params, false);
  };
}

}  // namespace microstack::testing
