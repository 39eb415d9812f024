#include "engine/clients/juju/applications.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace microstack::juju {

namespace {

// DeployFromRepository spells its fields as Go does; their names are not those of other calls.
Json placement_json(const std::vector<std::string>& placement) {
  if (placement.empty()) return nullptr;
  Json out = Json::array();
  for (const auto& machine : placement) out.push_back({{"scope", "#"}, {"directive", machine}});
  return out;
}

Json storage_json(const std::map<std::string, Storage>& storage) {
  if (storage.empty()) return nullptr;
  Json out = Json::object();
  for (const auto& [name, wish] : storage) {
    out[name] = {{"Pool", wish.pool}, {"Size", wish.size_mib}, {"Count", wish.count}};
  }
  return out;
}

Error deploy_error(const Json& errors, const std::string& application) {
  Error error{.kind = ErrorKind::ask, .what = "cannot deploy " + application};
  for (const auto& cause : errors) {
    auto one = api_error(cause, "DeployFromRepository");
    // 4.0 says this without a code.
    if (one.code.empty() && one.what.find("already exists") != std::string::npos)
      one.code = code::already_exists;
    error = std::move(error).because(std::move(one));
  }
  return error;
}

struct Unit {
  const char* suffix;
  std::int64_t mib;
};
constexpr Unit size_units[] = {
    {"M", 1}, {"G", 1024}, {"T", 1024 * 1024}, {"P", 1024ll * 1024 * 1024}, {"", 1}};

std::optional<std::int64_t> whole(const std::string& text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> mib(std::string text) {
  for (const auto& unit : size_units) {
    std::string suffix = unit.suffix;
    if (!suffix.empty() && (text.empty() || text.back() != suffix.front())) continue;
    if (!suffix.empty()) text.pop_back();
    auto value = whole(text);
    if (!value) return std::nullopt;
    return *value * unit.mib;
  }
  return std::nullopt;
}

Json split_list(const std::string& text) {
  Json out = Json::array();
  std::stringstream words(text);
  for (std::string word; std::getline(words, word, ',');) out.push_back(word);
  return out;
}

Status bulk(Session& model, Call call, const std::vector<std::string>& subjects, const Limit& limit) {
  MS_TRY(auto answer, model.call(call, limit));
  return all_items(answer, "results", subjects, call.name());
}

}  // namespace

Result<Json> read_constraints(const std::string& text) {
  Json out = Json::object();
  std::stringstream words(text);
  for (std::string word; words >> word;) {
    auto equals = word.find('=');
    auto key = word.substr(0, equals);
    auto value = equals == std::string::npos ? std::string() : word.substr(equals + 1);
    bool size = key == "mem" || key == "root-disk", count = key == "cores" || key == "cpu-power";
    bool listed = key == "tags" || key == "spaces" || key == "zones";
    bool plain = key == "arch" || key == "container" || key == "instance-type" || key == "virt-type" ||
                 key == "root-disk-source" || key == "instance-role" || key == "image-id";
    auto figure = size ? mib(value) : count ? whole(value) : std::nullopt;
    if ((size || count) && figure) {
      out[key] = *figure;
    } else if (listed) {
      out[key] = split_list(value);
    } else if (plain && !value.empty()) {
      out[key] = value;
    } else if (key == "allocate-public-ip" && (value == "true" || value == "false")) {
      out[key] = value == "true";
    } else {
      return ask("the constraint " + word + " is not understood", {}, "write it as mem=4G or cores=2");
    }
  }
  return out;
}

Json base_json(const std::string& base) {
  auto at = base.find('@');
  if (at == std::string::npos) return {{"name", base}, {"channel", ""}};
  return {{"name", base.substr(0, at)}, {"channel", base.substr(at + 1)}};
}

std::string unit_tag(const std::string& unit) {
  auto tag = "unit-" + unit;
  auto slash = tag.rfind('/');
  if (slash != std::string::npos) tag[slash] = '-';
  return tag;
}

Result<Deployed> deploy(Session& model, const CharmhubApplication& wish, const Limit& limit) {
  auto constraints = read_constraints(wish.constraints);
  if (!constraints) return doing("constraints of " + wish.name, std::move(constraints).error());
  MS_TRY(auto welcome, model.welcome(limit));
  Json arg = {
      {"CharmName", wish.charm},
      {"ApplicationName", wish.name},
      {"AttachStorage", nullptr},
      // JSON is YAML; texts stay texts.
      {"ConfigYAML", Json{{wish.name, wish.config.empty() ? Json::object() : Json(wish.config)}}.dump()},
      {"Cons", *constraints},
      {"Devices", nullptr},
      {"DryRun", false},
      {"num-units", wish.units},
      {"Placement", placement_json(wish.placement)},
      {welcome.major() >= 4 ? "storage" : "Storage", storage_json(wish.storage)},
      {"Trust", wish.trust}};
  if (!wish.channel.empty()) arg["channel"] = wish.channel;
  if (wish.revision) arg["revision"] = *wish.revision;
  if (!wish.base.empty()) arg["base"] = base_json(wish.base);
  if (!wish.resources.empty()) arg["resources"] = wish.resources;
  if (!wish.bindings.empty()) arg["endpoint-bindings"] = wish.bindings;
  Call call{"Application", "DeployFromRepository", {{"Args", Json::array({arg})}}};
  MS_TRY(auto answer, model.call(call, limit));
  MS_TRY(auto results, items(answer, "Results", {wish.name}, call.name()));
  const Json& result = results.front();
  if (const Json& errors = list(result, "Errors"); !errors.empty()) return deploy_error(errors, wish.name);

  Deployed deployed;
  const Json& info = map(result, "Info");
  deployed.channel = text(info, "channel");
  deployed.revision = static_cast<int>(number(info, "revision", -1));
  const Json& base = map(info, "base");
  deployed.base = text(base, "name") + "@" + text(base, "channel");
  for (const auto& warning : list(info, "warnings")) deployed.warnings.push_back(warning.get<std::string>());
  for (const auto& upload : list(result, "PendingResourceUploads")) {
    deployed.pending_uploads.push_back(text(upload, "Name"));
  }
  return deployed;
}

Result<ApplicationConfig> application_config(Session& model, const std::string& application,
                                             const Limit& limit) {
  Call call{"Application", "Get", {{"application", application}, {"branch", ""}}, true};
  MS_TRY(auto answer, model.call(call, limit));
  ApplicationConfig read;
  read.charm = text(answer, "charm");
  read.channel = text(answer, "channel");
  const Json& base = map(answer, "base");
  read.base = text(base, "name") + "@" + text(base, "channel");
  for (const auto& [key, setting] : map(answer, "config").items()) {
    read.config[key] = {setting.value("value", Json()), text(setting, "source")};
  }
  read.trust = truth(map(map(answer, "application-config"), "trust"), "value");
  read.constraints = map(answer, "constraints");
  return read;
}

Result<std::map<std::string, std::map<std::string, Setting>>> config_of_all(
    Session& model, const std::vector<std::string>& applications, const Limit& limit) {
  std::map<std::string, std::map<std::string, Setting>> all;
  if (applications.empty()) return all;
  Json args = Json::array();
  for (const auto& name : applications) args.push_back({{"application", name}, {"branch", ""}});
  Call call{"Application", "CharmConfig", {{"args", args}}, true};
  MS_TRY(auto answer, model.call(call, limit));
  const Json& results = list(answer, "Results");
  if (results.size() != applications.size())
    return give_up(
        std::to_string(results.size()) + " answers to " + std::to_string(applications.size()) + " questions",
        call.name());
  for (std::size_t i = 0; i < applications.size(); ++i) {
    if (const Json& error = map(results[i], "error"); error.contains("message")) {
      auto failed = api_error(error, call.name() + " of " + applications[i]);
      if (failed.has_code(code::not_found)) continue;
      return failed;
    }
    auto& config = all[applications[i]];
    for (const auto& [key, setting] : map(results[i], "config").items())
      config[key] = {setting.value("value", Json()), text(setting, "source")};
  }
  return all;
}

Status set_config(Session& model, const std::string& application,
                  const std::map<std::string, std::string>& values, const Limit& limit) {
  if (values.empty()) return {};
  Json arg = {{"application", application}, {"generation", ""}, {"config", values}, {"config-yaml", ""}};
  return bulk(model, {"Application", "SetConfigs", {{"Args", Json::array({arg})}}}, {application}, limit);
}

Status unset_config(Session& model, const std::string& application, const std::vector<std::string>& keys,
                    const Limit& limit) {
  if (keys.empty()) return {};
  Json arg = {{"application", application}, {"branch", ""}, {"options", keys}};
  return bulk(model, {"Application", "UnsetApplicationsConfig", {{"Args", Json::array({arg})}}},
              {application}, limit);
}

Status set_trust(Session& model, const std::string& application, bool trust, const Limit& limit) {
  return set_config(model, application, {{"trust", trust ? "true" : "false"}}, limit);
}

Status set_constraints(Session& model, const std::string& application, const std::string& constraints,
                       const Limit& limit) {
  MS_TRY(auto wish, read_constraints(constraints));
  Call call{"Application", "SetConstraints", {{"application", application}, {"constraints", wish}}};
  MS_TRY([[maybe_unused]] auto answer, model.call(call, limit));
  return {};
}

Status scale(Session& model, const std::string& application, int units, const Limit& limit) {
  Json arg = {{"application-tag", "application-" + application}, {"scale", units}, {"force", false}};
  return bulk(model, {"Application", "ScaleApplications", {{"applications", Json::array({arg})}}},
              {application}, limit);
}

Result<std::vector<std::string>> add_units(Session& model, const std::string& application, int units,
                                           const std::vector<std::string>& placement, const Limit& limit) {
  Call call{"Application",
            "AddUnits",
            {{"application", application}, {"num-units", units}, {"placement", placement_json(placement)}}};
  MS_TRY(auto answer, model.call(call, limit));
  return list(answer, "units").get<std::vector<std::string>>();
}

Status destroy_units(Session& model, const std::vector<std::string>& units, bool force, const Limit& limit) {
  if (units.empty()) return {};
  Json args = Json::array();
  for (const auto& unit : units) {
    args.push_back({{"unit-tag", unit_tag(unit)}, {"destroy-storage", true}, {"force", force}});
  }
  return bulk(model, {"Application", "DestroyUnit", {{"units", args}}}, units, limit);
}

Status expose(Session& model, const std::string& application, const Limit& limit) {
  MS_TRY([[maybe_unused]] auto answer,
         model.call({"Application", "Expose", {{"application", application}}}, limit));
  return {};
}

Status unexpose(Session& model, const std::string& application, const Limit& limit) {
  Json params = {{"application", application}, {"exposed-endpoints", nullptr}};
  MS_TRY([[maybe_unused]] auto answer, model.call({"Application", "Unexpose", params}, limit));
  return {};
}

Status resolve_errors(Session& model, const std::vector<std::string>& units, bool retry, const Limit& limit) {
  Json entities = Json::array();
  for (const auto& unit : units) entities.push_back({{"tag", unit_tag(unit)}});
  Json params = {{"retry", retry}, {"tags", {{"entities", entities}}}};
  return bulk(model, {"Application", "ResolveUnitErrors", params}, units, limit);
}

Status destroy_applications(Session& model, const std::vector<std::string>& applications,
                            const Removal& removal, const Limit& limit) {
  if (applications.empty()) return {};
  Json args = Json::array();
  for (const auto& application : applications) {
    Json arg = {{"application-tag", "application-" + application},
                {"destroy-storage", removal.destroy_storage},
                {"force", removal.force}};
    if (removal.max_wait) arg["max-wait"] = std::chrono::nanoseconds(*removal.max_wait).count();
    args.push_back(std::move(arg));
  }
  Call call{"Application", "DestroyApplication", {{"applications", args}}};
  MS_TRY(auto answer, model.call(call, limit));
  // What is gone already is what was wanted.
  Json rest = Json::array();
  std::vector<std::string> subjects;
  const Json& results = list(answer, "results");
  for (std::size_t i = 0; i < applications.size(); ++i) {
    if (i < results.size() && text(map(results[i], "error"), "code") == code::not_found) continue;
    rest.push_back(i < results.size() ? results[i]
                                      : Json{{"error", {{"message", "no answer"}, {"code", ""}}}});
    subjects.push_back(applications[i]);
  }
  return all_items({{"results", rest}}, "results", subjects, call.name());
}

}  // namespace microstack::juju
