#include "engine/clients/juju/models.h"

namespace microstack::juju {

namespace {

// 4.x says qualifier, 3.6 owner-tag.
std::string owner_of(const Json& model) {
  auto qualifier = text(model, "qualifier");
  return qualifier.empty() ? without_tag(text(model, "owner-tag"), "user") : qualifier;
}

ModelInfo read_info(const Json& model) {
  ModelInfo info{text(model, "uuid"), text(model, "name"), owner_of(model), text(model, "type")};
  info.cloud = without_tag(text(model, "cloud-tag"), "cloud");
  info.credential = text(model, "cloud-credential-tag");
  info.life = text(model, "life");
  info.status = text(map(model, "status"), "status");
  info.status_message = text(map(model, "status"), "info");
  info.agent_version = text(model, "agent-version");
  return info;
}

std::string left_over(const Json& status) {
  std::string out;
  for (const auto& application : list(status, "applications")) {
    out += (out.empty() ? "" : ", ") + text(application, "name");
  }
  if (!out.empty()) return "applications " + out;
  auto count = number(status, "application-count");
  if (count > 0) return std::to_string(count) + " applications";
  auto machines = number(status, "hosted-machine-count");
  if (machines > 0) return std::to_string(machines) + " machines";
  auto storage = list(status, "filesystems").size() + list(status, "volumes").size();
  if (storage > 0) return std::to_string(storage) + " storage volumes";
  return "the model itself, which is " + text(status, "life");
}

}  // namespace

Result<ModelInfo> create_model(Session& controller, const NewModel& wish, const Limit& limit) {
  MS_TRY(auto version, controller.version("ModelManager", limit));
  auto owner = wish.owner.empty() ? controller.access().user : wish.owner;
  Json params = {{"name", wish.name}};
  if (version >= 11) {
    params["qualifier"] = owner;
  } else {
    params["owner-tag"] = "user-" + owner;
  }
  if (!wish.cloud.empty()) params["cloud-tag"] = "cloud-" + wish.cloud;
  if (!wish.region.empty()) params["region"] = wish.region;
  if (!wish.credential.empty()) params["credential"] = wish.credential;
  if (!wish.config.empty()) params["config"] = wish.config;
  auto answer = controller.call({"ModelManager", "CreateModel", std::move(params)}, limit);
  if (answer) return read_info(*answer);
  auto error = std::move(answer).error();
  if (error.what.find("already exists") != std::string::npos) error.code = code::already_exists;
  return doing("creating model " + wish.name, std::move(error));
}

Result<std::vector<ModelInfo>> models(Session& controller, const Limit& limit) {
  Call call{"ModelManager", "ListModelSummaries", {{"user-tag", controller.access().user_tag()}}, true};
  MS_TRY(auto answer, controller.call(call, limit));
  std::vector<ModelInfo> found;
  for (const auto& item : list(answer, "results")) {
    const Json& result = map(item, "result");
    if (!result.empty()) found.push_back(read_info(result));
  }
  return found;
}

Result<std::optional<ModelInfo>> find_model(Session& controller, const std::string& owner,
                                            const std::string& name, const Limit& limit) {
  MS_TRY(auto all, models(controller, limit));
  auto wanted = owner.empty() ? controller.access().user : owner;
  for (auto& model : all) {
    if (model.name == name && model.owner == wanted) return std::optional(std::move(model));
  }
  return std::optional<ModelInfo>();
}

Result<ModelInfo> model_info(Session& controller, const std::string& uuid, const Limit& limit) {
  Json entity = {{"tag", "model-" + uuid}};
  Call call{"ModelManager", "ModelInfo", {{"entities", Json::array({entity})}}, true};
  MS_TRY(auto answer, controller.call(call, limit));
  MS_TRY(auto results, items(answer, "results", {"model " + uuid}, call.name()));
  return read_info(map(results.front(), "result"));
}

Status destroy_model(Session& controller, const std::string& uuid, const ModelRemoval& removal,
                     const Limit& limit, const std::function<void(const std::string&)>& tell,
                     std::chrono::milliseconds interval) {
  auto subject = "model " + uuid;
  Json arg = {
      {"model-tag", "model-" + uuid}, {"destroy-storage", removal.destroy_storage}, {"force", removal.force}};
  if (removal.force && removal.max_wait)
    arg["max-wait"] = std::chrono::nanoseconds(*removal.max_wait).count();
  Call destroy{"ModelManager", "DestroyModels", {{"models", Json::array({arg})}}};
  MS_TRY(auto answer, controller.call(destroy, limit));
  auto begun = all_items(answer, "results", {subject}, destroy.name());
  if (!begun && begun.error().has_code(code::not_found)) return {};
  if (!begun) return doing("destroying the model", std::move(begun).error());

  Json entity = {{"tag", "model-" + uuid}};
  Call look{"ModelManager", "ModelStatus", {{"entities", Json::array({entity})}}, true};
  std::string left = "the first answer", told;
  for (;;) {
    auto over = [&] {
      return limit.error("the removal of the model; left: " + left, controller.access().controller);
    };
    auto status = controller.call(look, limit);
    if (!status) return limit.over() ? over().because(std::move(status).error()) : std::move(status).error();
    auto models = items(*status, "models", {subject}, look.name());
    if (!models && models.error().has_code(code::not_found)) return {};
    if (!models) return std::move(models).error();
    left = left_over(models->front());
    if (tell && left != told) tell("the removal of " + left);
    told = left;
    if (limit.over()) return over();
    limit.pause(interval);
  }
}

Result<std::map<std::string, ModelSetting>> model_config(Session& model, const Limit& limit) {
  MS_TRY(auto answer, model.call({"ModelConfig", "ModelGet", Json::object(), true}, limit));
  std::map<std::string, ModelSetting> config;
  for (const auto& [key, setting] : map(answer, "config").items()) {
    config[key] = {setting.value("value", Json()), text(setting, "source")};
  }
  return config;
}

Status set_model_config(Session& model, const std::map<std::string, Json>& values, const Limit& limit) {
  if (values.empty()) return {};
  MS_TRY([[maybe_unused]] auto answer, model.call({"ModelConfig", "ModelSet", {{"config", values}}}, limit));
  return {};
}

Status unset_model_config(Session& model, const std::vector<std::string>& keys, const Limit& limit) {
  if (keys.empty()) return {};
  MS_TRY([[maybe_unused]] auto answer, model.call({"ModelConfig", "ModelUnset", {{"keys", keys}}}, limit));
  return {};
}

Result<std::map<std::string, std::string>> annotations(Session& model, const std::string& tag,
                                                       const Limit& limit) {
  Json entity = {{"tag", tag}};
  Call call{"Annotations", "Get", {{"entities", Json::array({entity})}}, true};
  MS_TRY(auto answer, model.call(call, limit));
  MS_TRY(auto results, items(answer, "results", {tag}, call.name()));
  std::map<std::string, std::string> found;
  for (const auto& [key, value] : map(results.front(), "annotations").items())
    found[key] = value.get<std::string>();
  return found;
}

Status set_annotations(Session& model, const std::string& tag,
                       const std::map<std::string, std::string>& values, const Limit& limit) {
  if (values.empty()) return {};
  Json arg = {{"entity", tag}, {"annotations", values}};
  Call call{"Annotations", "Set", {{"annotations", Json::array({arg})}}};
  MS_TRY(auto answer, model.call(call, limit));
  return all_items(answer, "results", {tag}, call.name());
}

}  // namespace microstack::juju
