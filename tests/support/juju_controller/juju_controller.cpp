#include "tests/support/juju_controller/juju_controller.h"

#include <fstream>

#include "engine/clients/juju/macaroon.h"

namespace microstack::testing {

namespace {

// /model/UUID/api and /model-UUID/charms/...: the UUID.
std::string model_in(const std::string& path) {
  if (path.rfind("/model/", 0) != 0 && path.rfind("/model-", 0) != 0) return {};
  auto rest = path.substr(7);
  return rest.substr(0, rest.find('/'));
}

Json failure(const std::string& message, const std::string& code) {
  Json json = {{"error", message}, {"response", Json::object()}};
  if (!code.empty()) json["error-code"] = code;
  return json;
}

// Calls that only look; a user with access "read" may make them.
bool only_reads(const std::string& method) {
  for (const char* prefix :
       {"Get", "List", "Model", "Full", "Status", "Cloud", "User", "Actions", "Applications", "CharmInfo",
        "Ping", "Controller", "Find", "ApplicationOffers", "Resolve"}) {
    if (method.rfind(prefix, 0) == 0 && method != "ModelSet" && method != "ModelUnset") return true;
  }
  return false;
}

constexpr const char* password_login_macaroon = "login";

Json macaroon(const std::string& id) {
  return {
      {"c", Json::array()}, {"l", "juju"}, {"i", id}, {"s64", juju::base64_url_encode(std::string(32, 'k'))}};
}

}  // namespace

class JujuConversation : public Conversation {
 public:
  JujuConversation(JujuController& controller, std::string model, Send send)
      : controller_(controller), model_(std::move(model)), send_(std::move(send)) {}

  void frame(const std::string& text) override {
    auto request = Json::parse(text, nullptr, false);
    auto id = request.is_object() ? request.value("request-id", Json(0)) : Json(0);
    if (!id.is_number_integer() || id == 0) return send_(std::nullopt);
    Json answer;
    if (request.value("type", "") == "Admin" && !logged_in_) {
      answer = admin(request);
    } else {
      const bool disturbed = controller_.disturbed();
      if (disturbed && !controller_.disturbance_.lose_answer) {
        controller_.count(request);
        answer = failure("the controller is busy", "try again");
      } else {
        answer = controller_.call(request, model_, user_, logged_in_);
        if (disturbed) return send_(std::nullopt);
      }
    }
    answer["request-id"] = id;
    send_(answer.dump());
  }

 private:
  Json admin(const Json& request) {
    if (request.value("version", 0) != 3) {
      return failure("this version of Juju does not support login from old clients (not supported)",
                     "not supported");
    }
    return controller_.login(request.value("params", Json::object()), model_, user_, logged_in_);
  }

  JujuController& controller_;
  std::string model_, user_;
  Send send_;
  bool logged_in_ = false;
};

JujuController::JujuController(Options options)
    : options_(std::move(options)),
      schema_(FacadeSchema::load(options_.data +
                                 (options_.major == 3 ? "/facades-3.6.json" : "/facades-4.0.14.json"))),
      ca_(make_ca("juju-ca")) {
  offered_ = Json::parse(std::ifstream(options_.data + "/offered-4.0.14.json"));
  world_.load_charms(options_.data + "/charms.json");
  add_application_calls(calls_);
  add_charm_calls(calls_);
  add_model_calls(calls_);
  add_offer_calls(calls_);
  add_operation_calls(calls_);
  TlsServer::Service service;
  service.upgrade = [this](const std::string& path) {
    if (path == "/api" || path == "/") return 101;
    auto uuid = model_in(path);
    if (path != "/model/" + uuid + "/api") return 404;
    return uuid.size() == 36 ? 101 : 400;
  };
  service.open = [this](const std::string& path, Send send) {
    return std::make_shared<JujuConversation>(*this, model_in(path), std::move(send));
  };
  service.http = [this](const WebRequest& request) { return http(request); };
  server_ = std::make_unique<TlsServer>(
      make_certificate(ca_, options_.server_name, options_.certificate_days), std::move(service));
}

JujuController::~JujuController() = default;

void JujuController::with(const std::function<void(World&)>& work) {
  server_->run([&] { work(world_); });
}

std::vector<std::string> JujuController::violations() const {
  std::lock_guard lock(mutex_);
  return violations_;
}

std::map<std::string, int> JujuController::counts() const {
  std::lock_guard lock(mutex_);
  return counts_;
}

// Version 4.0.14 offers what was recorded; 3.6 the same facades in its own versions.
Json JujuController::offered(bool model) const {
  if (options_.major >= 4) return offered_[model ? "model" : "controller"];
  Json facades = Json::array();
  for (const auto& facade : offered_[model ? "model" : "controller"]) {
    auto name = facade["name"].get<std::string>();
    if (!schema_.knows(name)) continue;
    auto version = schema_.version(name);
    Json versions =
        name == "Application" ? Json::array({15, 16, 17, 18, 19, 20, 21, 22}) : Json::array({version});
    facades.push_back({{"name", name}, {"versions", versions}});
  }
  return facades;
}

bool JujuController::offers(const std::string& facade, int version, bool model) const {
  for (const auto& offer : offered(model)) {
    if (offer["name"] != facade) continue;
    for (const auto& its : offer["versions"]) {
      if (its == version) return true;
    }
  }
  return false;
}

Json JujuController::login(const Json& params, const std::string& model_uuid, std::string& user,
                           bool& logged_in) {
  for (const auto& problem : schema_.check_request("Admin", "Login", params)) {
    std::lock_guard lock(mutex_);
    violations_.push_back(problem);
  }
  if (!model_uuid.empty() && redirect_models) {
    auto colon = redirect_models->address.rfind(':');
    Json server = {{"value", redirect_models->address.substr(0, colon)},
                   {"type", "ipv4"},
                   {"scope", "public"},
                   {"port", std::stoi(redirect_models->address.substr(colon + 1))}};
    auto answer = failure("redirection to alternative server required", "redirection required");
    answer["error-info"] = {{"servers", Json::array({Json::array({server})})},
                            {"ca-cert", redirect_models->ca_pem}};
    return answer;
  }
  if (!model_uuid.empty() && world_.models.count(model_uuid) == 0) {
    return failure("unknown model: \"" + model_uuid + "\"", "model not found");
  }
  auto tag = params.value("auth-tag", "");
  auto found = users.find(tag.rfind("user-", 0) == 0 ? tag.substr(5) : "");
  auto credentials = params.value("credentials", "");
  bool discharged =
      params["macaroons"].is_array() && !params["macaroons"].empty() && params["macaroons"][0].size() > 1;
  if (found == users.end() || (!credentials.empty() && credentials != found->second.password)) {
    return failure("invalid entity name or password", "unauthorized access");
  }
  if (credentials.empty() && !discharged) {
    Json root = macaroon("root");
    root["c"].push_back({{"i64", "AwA"}, {"v64", "AA"}, {"l", "https://" + address() + "/auth"}});
    Json wrapped = {{"m", root}, {"v", 3}, {"cdata", {{"AwA", "Q0Q"}}}, {"ns", "std:"}};
    return {{"response",
             {{"discharge-required", root},
              {"bakery-discharge-required", wrapped},
              {"discharge-required-error", "invalid login macaroon"}}}};
  }
  user = found->first;
  logged_in = true;
  auto colon = address().rfind(':');
  Json server = {{"value", address().substr(0, colon)},
                 {"type", "ipv4"},
                 {"scope", "public"},
                 {"port", server_->port()}};
  Json response = {{"servers", Json::array({Json::array({server})})},
                   {"controller-tag", "controller-" + world_.controller_uuid},
                   {"user-info",
                    {{"display-name", ""},
                     {"identity", tag},
                     {"controller-access", found->second.access},
                     {"model-access", model_uuid.empty() ? "" : "admin"}}},
                   {"facades", offered(!model_uuid.empty())},
                   {"server-version", options_.major == 3 ? "3.6.28" : "4.0.14.1"}};
  if (!model_uuid.empty()) response["model-tag"] = "model-" + model_uuid;
  return {{"response", response}};
}

void JujuController::count(const Json& request) {
  std::lock_guard lock(mutex_);
  ++counts_[request.value("type", "") + "." + request.value("request", "")];
}

bool JujuController::disturbed() {
  return disturbance_.at_call > 0 && --disturbance_.at_call == 0;
}

Json JujuController::call(const Json& request, const std::string& model_uuid, const std::string& user,
                          bool logged_in) {
  auto facade = request.value("type", ""), method = request.value("request", "");
  auto version = request.value("version", 0);
  auto name = facade + "." + method;
  count(request);
  bool on_model = !model_uuid.empty();
  auto unknown = "unknown version " + std::to_string(version) + " for facade type \"" + facade + "\"";
  if (!logged_in) return failure(unknown, "not implemented");
  if (facade == "Admin" || (!on_model && !offers(facade, version, false) && offers(facade, version, true))) {
    return failure("facade \"" + facade + "\" not supported for " + (on_model ? "model" : "controller") +
                       " API connection",
                   "not supported");
  }
  if (!offers(facade, version, on_model)) return failure(unknown, "not implemented");
  auto model = world_.models.find(model_uuid);
  if (on_model && model == world_.models.end())
    return failure("model \"" + model_uuid + "\" not found", "model not found");
  if (auto refusal = refuse.find(name); refusal != refuse.end() && refusal->second.times-- > 0) {
    return failure(refusal->second.message, refusal->second.code);
  }
  auto who = users.find(user);
  if (who != users.end() && who->second.access == "read" && !only_reads(method)) {
    return failure("permission denied", "unauthorized access");
  }
  CallContext context{
      world_,   on_model ? &model->second : nullptr, user, version, options_.major, ca_.certificate_pem,
      address()};
  try {
    return {{"response", dispatch(context, facade, method, request.value("params", Json::object()))}};
  } catch (const ApiError& error) {
    return failure(error.what(), error.code);
  } catch (const std::exception& error) {
    return failure(std::string("json: ") + error.what(), "");
  }
}

Json JujuController::dispatch(CallContext& context, const std::string& facade, const std::string& method,
                              const Json& params) {
  auto found = calls_.find(facade + "." + method);
  if (found == calls_.end()) {
    throw ApiError("unknown method \"" + method + "\" at version " + std::to_string(context.version) +
                       " for facade type \"" + facade + "\"",
                   "not implemented");
  }
  auto note = [&](const std::vector<std::string>& problems) {
    std::lock_guard lock(mutex_);
    violations_.insert(violations_.end(), problems.begin(), problems.end());
  };
  bool known = schema_.knows(facade, method);
  if (known) note(schema_.check_request(facade, method, params));
  Json response = found->second(context, params);
  if (known) note(schema_.check_answer(facade, method, response));
  return response;
}

Json JujuController::answer(const std::string& model_uuid, const Json& request) {
  Json answer;
  server_->run([&] { answer = call(request, model_uuid, "admin", true); });
  return answer;
}

std::string JujuController::authenticated(const WebRequest& request) const {
  auto header = request.headers.find("authorization");
  if (header != request.headers.end() && header->second.rfind("Basic ", 0) == 0) {
    auto text = juju::base64_decode(header->second.substr(6)).value_or("");
    for (const auto& [name, user] : users) {
      if (text == "user-" + name + ":" + user.password) return name;
    }
  }
  if (request.headers.count("macaroons") > 0) return users.begin()->first;
  return {};
}

HttpReply JujuController::http(const WebRequest& request) {
  if (request.target.rfind("/auth/discharge?", 0) == 0) {
    // Who has the cookie of an earlier login is known; others must come in person.
    auto cookie = request.headers.find("cookie");
    if (cookie == request.headers.end() || cookie->second.find("macaroon-") == std::string::npos) {
      return {401, Json{{"Code", "interaction required"},
                        {"Message", "macaroon discharge required: authentication required"}}
                       .dump()};
    }
    return {200,
            Json{{"Macaroon", {{"m", macaroon(password_login_macaroon)}, {"v", 3}, {"ns", "std:"}}}}.dump()};
  }
  if (request.method == "PUT") return upload(request);
  return {404, "404 page not found\n"};
}

HttpReply JujuController::upload(const WebRequest& request) {
  auto refused = [](int status, const std::string& message) {
    return HttpReply{status, Json{{"error", message}, {"error-code", ""}}.dump()};
  };
  if (authenticated(request).empty())
    return {401, Json{{"error", "authentication failed"}, {"error-code", "unauthorized access"}}.dump()};
  auto model = world_.models.find(model_in(request.target));
  if (model == world_.models.end()) return refused(404, "unknown model");
  auto rest = request.target.substr(7 + model->first.size());
  if (rest.rfind("/charms/", 0) == 0) {
    auto object = rest.substr(8), name = object.substr(0, object.rfind('-'));
    if (request.body.rfind("PK", 0) != 0)
      return refused(400, "cannot process charm archive: zip: not a valid zip file");
    auto url = take_local_charm(model->second, name);
    return {200, Json{{"charm-url", url}}.dump(), {{"Juju-Curl", url}}};
  }
  auto query = rest.find("?pendingid=");
  if (query != std::string::npos) {
    auto id = rest.substr(query + 11);
    if (!model->second.pending_resources.contains(id)) return refused(404, "resource not found");
    model->second.pending_resources[id]["uploaded"] = true;
  }
  if (request.headers.count("content-sha384") == 0) return refused(400, "missing header Content-Sha384");
  return {200, Json{{"resource", Json::object()}}.dump()};
}

std::string JujuController::take_local_charm(Model& model, const std::string& name) {
  auto known = world_.charmhub.find(name);
  Charm charm = known != world_.charmhub.end() ? known->second : read_charm(name, Json::object());
  charm.local = true;
  charm.revision = -1;
  do ++charm.revision;
  while (model.charms.count(charm.url()) > 0);
  model.charms[charm.url()] = charm;
  return charm.url();
}

}  // namespace microstack::testing
