#include "engine/clients/juju/controller.h"

#include "engine/clients/http/client.h"

namespace microstack::juju {

namespace {

// https://HOST[:PORT]/PATH
struct Location {
  std::string host, port, path;
};
std::optional<Location> read_location(const std::string& url) {
  const std::string scheme = "https://";
  if (url.rfind(scheme, 0) != 0) return std::nullopt;
  auto slash = std::min(url.find('/', scheme.size()), url.size());
  auto authority = url.substr(scheme.size(), slash - scheme.size());
  auto colon = authority.rfind(':');
  if (colon == std::string::npos || authority.back() == ']')
    return Location{authority, "443", url.substr(slash)};
  return Location{authority.substr(0, colon), authority.substr(colon + 1), url.substr(slash)};
}

std::string cookie_header(const std::vector<Cookie>& cookies, const std::string& host) {
  std::string header;
  for (const auto& cookie : cookies) {
    if (cookie.domain != host) continue;
    header += (header.empty() ? "" : "; ") + cookie.name + "=" + cookie.value.reveal();
  }
  return header;
}

bool is_controller(const Access& access, const std::string& authority) {
  return std::find(access.addresses.begin(), access.addresses.end(), authority) != access.addresses.end();
}

}  // namespace

Controller::Controller(Dialer& dialer, Access access, Session::Options options)
    : dialer_(dialer),
      options_(std::move(options)),
      discharger_(https_discharger(access)),
      session_(dialer, std::move(access), {}, discharger_, options_) {}

Session& Controller::model(const std::string& uuid) {
  return *at(uuid).session;
}

StatusPoller& Controller::poller(const std::string& uuid) {
  return *at(uuid).poller;
}

Controller::Model& Controller::at(const std::string& uuid) {
  std::lock_guard lock(mutex_);
  auto& model = models_[uuid];
  if (!model.session) {
    model.session = std::make_unique<Session>(dialer_, session_.access(), uuid, discharger_, options_);
    model.poller = std::make_unique<StatusPoller>(*model.session, options_.poll);
  }
  return model;
}

Discharger https_discharger(Access access) {
  return [access = std::move(access)](const ThirdPartyCaveat& caveat, const Limit& limit) -> Result<Json> {
    auto location = read_location(caveat.location);
    if (!location) return give_up("the discharger's address is not https", caveat.location);
    http::Options options;
    http::Request request;
    request.method = "POST";
    request.limit = limit.left();
    request.headers = {{"Bakery-Protocol-Version", "3"}};
    auto authority = location->host + ":" + location->port;
    auto query = "/discharge?id64=" + caveat.id64;
    if (!caveat.caveat64.empty()) query += "&caveat64=" + caveat.caveat64;
    if (is_controller(access, authority)) {
      // Its certificate is not for the address but for the server name.
      auto name = access.server_name + ":" + location->port;
      options.ca_pem = access.ca_pem;
      options.use_proxy = false;
      options.connect_to[name] = authority;
      request.url = "https://" + name + location->path + query;
    } else {
      request.url = caveat.location + query;
    }
    if (auto cookies = cookie_header(access.cookies, location->host); !cookies.empty()) {
      request.headers.emplace_back("Cookie", cookies);
    }
    http::Client client(options);
    MS_TRY(auto response, client.send(request, limit.stop));
    auto body = Json::parse(response.body, nullptr, false);
    const Json& wrapped = map(body, "Macaroon");
    if (response.ok() && !wrapped.empty()) return wrapped.contains("m") ? wrapped["m"] : wrapped;
    auto fix = "log in with `juju login -c " + access.controller + "`";
    if (text(body, "Code") == "interaction required")
      return ask("a person must log in", caveat.location, fix);
    return ask("no discharge (HTTP " + std::to_string(response.status) + "): " + text(body, "Message"),
               caveat.location, fix);
  };
}

}  // namespace microstack::juju
