// A logged-in connection to a controller, or to one model of it, that many threads call at the same time.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "engine/base/json.h"
#include "engine/clients/juju/access.h"
#include "engine/clients/juju/calls.h"
#include "engine/clients/juju/facades.h"
#include "engine/clients/juju/macaroon.h"
#include "engine/clients/juju/transport.h"

namespace microstack::juju {

struct Call {
  std::string facade;
  std::string request;
  Json params = Json::object();
  bool reads = false;   // only reads: sent again when the connection is lost before the answer came
  std::string id = {};  // of a watcher

  std::string name() const { return facade + "." + request; }
};

// What the controller says at login.
struct Welcome {
  std::string server_version;  // 4.0.14.1
  std::string controller_uuid;
  std::string model_uuid;  // of a model connection
  std::string user;        // the user that is logged in; may have a domain
  std::string controller_access, model_access;
  std::vector<std::string> addresses;  // all of the controller, host:port
  Offered facades;

  // Major version of the controller: 3, 4.
  int major() const;
};

// Fetches the discharge of a caveat: {"c", "i64", "s64"}.
using Discharger = std::function<Result<Json>(const ThirdPartyCaveat&, const Limit&)>;

class Session {
 public:
  struct Options {
    // After a lost connection the controller is dialled again for so long (a restart takes seconds); the
    // first time each address is tried once.
    std::chrono::milliseconds reconnect_for{45'000};
    std::chrono::milliseconds pause{100};   // between attempts; doubled up to 3 s
    std::chrono::milliseconds poll{2'000};  // between two statuses of a model; of its StatusPoller
    std::string client_version = "4.0.14";
    std::string program = "microstack";  // for the controller's audit log
  };

  // Dialer and discharger outlive the session. model_uuid empty: the controller's own facades. Connects at
  // the first call.
  Session(Dialer& dialer, Access access, std::string model_uuid, Discharger discharger, Options options);
  Session(Dialer& dialer, Access access, std::string model_uuid, Discharger discharger = {})
      : Session(dialer, std::move(access), std::move(model_uuid), std::move(discharger), Options{}) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // The answer's "response". Errors carry Juju's code; where the connection was lost after a call that
  // changes something had gone out, the code is code::outcome_unknown and the kind retry: look before doing
  // it again.
  Result<Json> call(const Call& call, const Limit& limit);
  // The facade's version that is used; the parameters of some calls depend on it.
  Result<int> version(const std::string& facade, const Limit& limit);
  Result<Welcome> welcome(const Limit& limit);

  // The macaroons of the last login without a password, [root, discharge...]; null where there are none.
  // Uploads over HTTPS authenticate with them.
  Json macaroons() const;

  const std::string& model_uuid() const { return model_uuid_; }
  const Access& access() const { return access_; }
  // Times the controller was dialled with success; 1 after the first call.
  int connections() const;

 private:
  class Link;
  Result<std::shared_ptr<Link>> link(const Limit& limit);
  Result<std::shared_ptr<Link>> connect(const Limit& limit, bool again);
  Result<std::shared_ptr<Link>> connect_once(const Limit& limit);
  Result<std::shared_ptr<Link>> open(const std::string& address, Trust trust, const Limit& limit,
                                     int redirects);
  Result<Json> login(Link& link, const Limit& limit);
  Result<Json> discharged(const Json& response, const Limit& limit);

  Dialer& dialer_;
  Access access_;
  std::string model_uuid_;
  Discharger discharger_;
  Options options_;

  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool connecting_ = false;
  int connections_ = 0;
  std::shared_ptr<Link> link_;
  Json macaroons_;
  std::string last_address_;
};

}  // namespace microstack::juju
