// A Juju controller for tests: a small world behind the real wire, TLS websockets on loopback. Every request
// is checked against the facade schemas of its version, and every answer too. A replay test holds it to what
// a real controller was recorded to answer.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/juju_controller/facade_calls.h"
#include "tests/support/juju_controller/facade_schema.h"
#include "tests/support/juju_controller/tls_server.h"

namespace microstack::testing {

class JujuController {
 public:
  struct Options {
    std::string data;  // tests/data/juju
    int major = 4;     // 3: answers as 3.6 does
    std::string server_name = "juju-apiserver";
    int certificate_days = 2;  // < 0: expired
  };
  explicit JujuController(Options options);
  ~JujuController();

  std::string address() const { return server_->address(); }
  const std::string& ca_pem() const { return ca_.certificate_pem; }
  TlsServer& server() { return *server_; }

  // The world is the server's: change and look at it in here.
  void with(const std::function<void(World&)>& work);

  // user -> password, access ("superuser", "read"): readers are refused whatever changes something.
  struct User {
    std::string password, access = "superuser";
  };
  std::map<std::string, User> users = {{"admin", {"admin-password", "superuser"}}};
  // Model connections are sent there ("host:port", CA) instead.
  struct Elsewhere {
    std::string address, ca_pem;
  };
  std::optional<Elsewhere> redirect_models;
  // "Facade.Method" -> the error it answers from now on, so many times.
  struct Refusal {
    std::string message, code;
    int times = 1 << 30;
  };
  std::map<std::string, Refusal> refuse;
  // The n-th call from now on (1 is the next) fails, or is carried out and its connection ends before the answer.
  struct Disturbance {
    int at_call = 0;  // 0: none
    bool lose_answer = false;
  };
  void disturb(Disturbance disturbance) { disturbance_ = disturbance; }

  // Requests and answers that did not fit the schemas.
  std::vector<std::string> violations() const;
  // "Facade.Method" -> calls so far.
  std::map<std::string, int> counts() const;

  // One call as if it had come over the wire, after login; for the replay.
  Json answer(const std::string& model_uuid, const Json& request);
  // The charm archive as if it had been uploaded.
  std::string take_local_charm(Model& model, const std::string& name);
  World& world() { return world_; }

 private:
  friend class JujuConversation;
  // True when this is the call that is to be disturbed.
  bool disturbed();
  void count(const Json& request);
  Json call(const Json& request, const std::string& model_uuid, const std::string& user, bool logged_in);
  Json dispatch(CallContext& context, const std::string& facade, const std::string& method,
                const Json& params);
  Json login(const Json& params, const std::string& model_uuid, std::string& user, bool& logged_in);
  Json offered(bool model) const;
  bool offers(const std::string& facade, int version, bool model) const;
  HttpReply http(const WebRequest& request);
  HttpReply upload(const WebRequest& request);
  std::string authenticated(const WebRequest& request) const;

  Options options_;
  FacadeSchema schema_;
  Json offered_;
  FacadeCalls calls_;
  World world_;
  Disturbance disturbance_;
  CertifiedKey ca_;
  mutable std::mutex mutex_;
  std::vector<std::string> violations_;
  std::map<std::string, int> counts_;
  std::unique_ptr<TlsServer> server_;  // last: it is gone before what its thread uses
};

}  // namespace microstack::testing
