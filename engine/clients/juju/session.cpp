#include "engine/clients/juju/session.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <utility>

namespace microstack::juju {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int max_redirects = 3;

Error as_outcome_unknown(Error why, const std::string& call, const std::string& where) {
  Error error =
      retry("the connection was lost before the answer to " + call + " came; it may have been carried out",
            where, "run it again: what was done is found and kept");
  error.code = code::outcome_unknown;
  return std::move(error).because(std::move(why));
}

std::vector<std::string> addresses_of(const Json& servers) {
  std::vector<std::string> addresses;
  if (!servers.is_array()) return addresses;
  for (const auto& server : servers) {
    if (!server.is_array()) continue;
    for (const auto& address : server) {
      auto host = text(address, "value");
      if (host.empty() || text(address, "scope") == "local-machine") continue;
      if (host.find(':') != std::string::npos) host = "[" + host + "]";
      addresses.push_back(host + ":" + std::to_string(number(address, "port")));
    }
  }
  return addresses;
}

Welcome read_welcome(const Json& answer) {
  Welcome welcome;
  welcome.server_version = text(answer, "server-version");
  welcome.controller_uuid = without_tag(text(answer, "controller-tag"), "controller");
  welcome.model_uuid = without_tag(text(answer, "model-tag"), "model");
  const Json& user = map(answer, "user-info");
  welcome.user = without_tag(text(user, "identity"), "user");
  welcome.controller_access = text(user, "controller-access");
  welcome.model_access = text(user, "model-access");
  welcome.addresses = addresses_of(list(answer, "servers"));
  for (const auto& facade : list(answer, "facades")) {
    auto& versions = welcome.facades[text(facade, "name")];
    for (const auto& version : list(facade, "versions")) versions.push_back(version.get<int>());
  }
  return welcome;
}

}  // namespace

int Welcome::major() const {
  return std::atoi(server_version.c_str());
}

// One transport and the requests that wait on it.
class Session::Link {
 public:
  struct State {
    std::mutex mutex;
    std::condition_variable_any changed;
    std::map<std::int64_t, std::optional<Json>> waiting;
    std::optional<Error> closed;

    void frame(const std::string& text) {
      Json message = Json::parse(text, nullptr, false);
      std::lock_guard lock(mutex);
      if (!message.is_object()) return;
      auto request = waiting.find(number(message, "request-id", -1));
      if (request == waiting.end()) return;  // its caller has given up
      request->second = std::move(message);
      changed.notify_all();
    }
    void close(Error why) {
      std::lock_guard lock(mutex);
      closed = std::move(why);
      changed.notify_all();
    }
  };

  static Result<std::shared_ptr<Link>> open(Dialer& dialer, const std::string& address,
                                            const std::string& path, const Trust& trust, const Limit& limit) {
    auto link = std::make_shared<Link>();
    link->where = "controller " + address;
    auto state = link->state_;
    Receiver receiver{[state](std::string text) { state->frame(text); },
                      [state](Error why) { state->close(std::move(why)); }};
    MS_TRY(link->transport_, dialer.open(address, path, trust, std::move(receiver), limit));
    return link;
  }

  bool alive() const {
    std::lock_guard lock(state_->mutex);
    return !state_->closed;
  }

  // Sends and waits. `lost` is set when the connection ended first.
  Result<Json> exchange(const Call& call, int version, const Limit& limit, bool& lost) {
    lost = false;
    Json request = {
        {"type", call.facade}, {"version", version}, {"request", call.request}, {"params", call.params}};
    if (!call.id.empty()) request["id"] = call.id;
    std::unique_lock lock(state_->mutex);
    auto id = ++last_id_;
    request["request-id"] = id;
    state_->waiting.emplace(id, std::nullopt);
    if (!state_->closed) transport_->send(request.dump());
    state_->changed.wait_until(lock, limit.stop, limit.until,
                               [&] { return state_->closed || state_->waiting.at(id).has_value(); });
    auto answer = std::move(state_->waiting.at(id));
    state_->waiting.erase(id);
    auto at = call.name() + " at " + where;
    if (!answer) {
      if (!state_->closed) return limit.error("the answer to " + call.name(), where);
      lost = true;
      return *state_->closed;
    }
    if (!text(*answer, "error").empty() || !text(*answer, "error-code").empty()) {
      error_info_ = map(*answer, "error-info");
      return api_error(text(*answer, "error"), text(*answer, "error-code"), at);
    }
    return answer->value("response", Json::object());
  }

  Json last_error_info() const {
    std::lock_guard lock(state_->mutex);
    return error_info_;
  }

  std::string where;
  Welcome welcome;

 private:
  std::shared_ptr<State> state_ = std::make_shared<State>();
  std::int64_t last_id_ = 0;
  Json error_info_ = Json::object();
  std::unique_ptr<Transport> transport_;  // last: it is gone before what its receiver uses
};

Session::Session(Dialer& dialer, Access access, std::string model_uuid, Discharger discharger,
                 Options options)
    : dialer_(dialer),
      access_(std::move(access)),
      model_uuid_(std::move(model_uuid)),
      discharger_(std::move(discharger)),
      options_(std::move(options)) {}

Session::~Session() = default;

int Session::connections() const {
  std::lock_guard lock(mutex_);
  return connections_;
}

Json Session::macaroons() const {
  std::lock_guard lock(mutex_);
  return macaroons_;
}

Result<Json> Session::call(const Call& call, const Limit& limit) {
  for (;;) {
    MS_TRY(auto link, this->link(limit));
    MS_TRY(auto version, choose_version(call.facade, link->welcome.facades, link->welcome.server_version));
    bool lost = false;
    auto answer = link->exchange(call, version, limit, lost);
    if (answer || !lost) return answer;
    if (!call.reads) return as_outcome_unknown(std::move(answer).error(), call.name(), link->where);
    if (limit.over()) return limit.error("the answer to " + call.name(), link->where);
  }
}

Result<int> Session::version(const std::string& facade, const Limit& limit) {
  MS_TRY(auto link, this->link(limit));
  return choose_version(facade, link->welcome.facades, link->welcome.server_version);
}

Result<Welcome> Session::welcome(const Limit& limit) {
  MS_TRY(auto link, this->link(limit));
  return link->welcome;
}

// The living link; one thread makes it, the others wait for it.
Result<std::shared_ptr<Session::Link>> Session::link(const Limit& limit) {
  std::unique_lock lock(mutex_);
  bool free = changed_.wait_until(lock, limit.stop, limit.until, [&] { return !connecting_; });
  if (!free) return limit.error("the connection to the controller", access_.controller);
  if (link_ && link_->alive()) return link_;
  auto dead = std::exchange(link_, nullptr);
  bool again = connections_ > 0;
  connecting_ = true;
  lock.unlock();
  dead.reset();
  auto made = connect(limit, again);
  lock.lock();
  connecting_ = false;
  if (made) {
    link_ = *made;
    ++connections_;
  }
  changed_.notify_all();
  return made;
}

Result<std::shared_ptr<Session::Link>> Session::connect(const Limit& limit, bool again) {
  auto until =
      std::min(limit.until, Clock::now() + (again ? options_.reconnect_for : std::chrono::milliseconds{0}));
  auto pause = options_.pause;
  for (;;) {
    auto made = connect_once(limit);
    if (made || made.error().kind != ErrorKind::retry || limit.over() || Clock::now() + pause >= until)
      return made;
    limit.pause(pause);
    pause = std::min<std::chrono::milliseconds>(pause * 2, std::chrono::seconds{3});
  }
}

// Each address once, the last good one first.
Result<std::shared_ptr<Session::Link>> Session::connect_once(const Limit& limit) {
  auto addresses = access_.addresses;
  auto best = std::find(addresses.begin(), addresses.end(), last_address_);
  if (best != addresses.end()) std::rotate(addresses.begin(), best, best + 1);
  if (addresses.empty()) return ask("no address of controller " + access_.controller + " is known");
  std::vector<Error> failed;
  for (const auto& address : addresses) {
    auto made = open(address, Trust{access_.ca_pem, access_.server_name}, limit, 0);
    if (made) {
      last_address_ = address;
      return made;
    }
    // A controller that answered at all would answer the same at its other addresses.
    bool refused = !made.error().code.empty();
    failed.push_back(std::move(made).error());
    if (refused || limit.over()) break;
  }
  Error error{.what = "cannot log in as " + access_.text()};
  bool transient =
      std::any_of(failed.begin(), failed.end(), [](auto& e) { return e.kind == ErrorKind::retry; });
  for (auto& cause : failed) error = std::move(error).because(std::move(cause));
  if (transient) error.kind = ErrorKind::retry;
  return error;
}

Result<std::shared_ptr<Session::Link>> Session::open(const std::string& address, Trust trust,
                                                     const Limit& limit, int redirects) {
  auto path = model_uuid_.empty() ? std::string("/api") : "/model/" + model_uuid_ + "/api";
  MS_TRY(auto link, Link::open(dialer_, address, path, trust, limit));
  auto answer = login(*link, limit);
  if (answer) {
    link->welcome = read_welcome(*answer);
    if (!access_.controller_uuid.empty() && link->welcome.controller_uuid != access_.controller_uuid) {
      return ask("another controller answers at this address: " + link->welcome.controller_uuid +
                     " instead of " + access_.controller_uuid,
                 address, "check the addresses in controllers.yaml");
    }
    return link;
  }
  if (!answer.error().has_code("redirection required")) return std::move(answer).error();

  // The model lives on another controller: it says where and whom to trust there.
  if (redirects >= max_redirects)
    return give_up("redirected " + std::to_string(redirects) + " times", address);
  Json info = link->last_error_info();
  if (!info.contains("servers")) {
    bool lost = false;
    MS_TRY(info, link->exchange(Call{"Admin", "RedirectInfo"}, 3, limit, lost));
  }
  std::optional<Error> last;
  Trust there{text(info, "ca-cert"), trust.server_name};
  for (const auto& next : addresses_of(list(info, "servers"))) {
    auto made = open(next, there, limit, redirects + 1);
    if (made) return made;
    last = std::move(made).error();
  }
  Error error{.what = "the controller redirects to another one", .where = address};
  if (!last) return give_up("the controller redirects and does not say where to", address);
  return std::move(error).because(std::move(*last));
}

Result<Json> Session::login(Link& link, const Limit& limit) {
  Json macaroons = access_.password.empty() ? login_macaroons(access_.cookies) : Json();
  if (macaroons.is_array() && macaroons.empty()) macaroons = nullptr;
  for (int attempt = 0;; ++attempt) {
    Json params = {{"auth-tag", access_.user_tag()},
                   {"credentials", access_.password.reveal()},
                   {"nonce", ""},
                   {"macaroons", macaroons},
                   {"bakery-version", 3},
                   {"cli-args", options_.program},
                   {"user-data", ""},
                   {"client-version", options_.client_version}};
    bool lost = false;
    MS_TRY(auto answer, link.exchange(Call{"Admin", "Login", std::move(params)}, 3, limit, lost));
    if (!answer.contains("discharge-required") && !answer.contains("bakery-discharge-required")) {
      std::lock_guard lock(mutex_);
      macaroons_ = macaroons.is_array() && !macaroons.empty() ? macaroons.front() : Json();
      return answer;
    }
    if (attempt > 0) {
      return ask(
          "the controller wants another discharge each time: " + text(answer, "discharge-required-error"),
          link.where, "log in with `juju login -c " + access_.controller + "`");
    }
    MS_TRY(auto slice, discharged(answer, limit));
    macaroons = Json::array({std::move(slice)});
  }
}

// [root, discharge...] for the macaroon that the controller asks to be discharged.
Result<Json> Session::discharged(const Json& response, const Limit& limit) {
  const Json& plain = map(response, "discharge-required");
  const Json& wrapped = map(response, "bakery-discharge-required");
  const Json root = wrapped.contains("m") ? wrapped["m"] : plain;
  Json slice = Json::array({root});
  auto fix = "log in with `juju login -c " + access_.controller + "`";
  for (const auto& caveat : third_party_caveats(wrapped.contains("m") ? wrapped : plain)) {
    if (!discharger_) return ask("the controller asks for a login at " + caveat.location, {}, fix);
    auto discharge = discharger_(caveat, limit);
    if (!discharge) return doing("logging in at " + caveat.location, std::move(discharge).error());
    MS_TRY(auto bound, bound_discharge(*discharge, root));
    slice.push_back(std::move(bound));
  }
  return slice;
}

}  // namespace microstack::juju
