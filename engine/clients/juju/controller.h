// A controller as a whole: one connection for itself, one for each model, one poller for each model.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "engine/clients/juju/client_store.h"
#include "engine/clients/juju/session.h"
#include "engine/clients/juju/status_poller.h"

namespace microstack::juju {

class Controller {
 public:
  // dialer outlives the controller.
  Controller(Dialer& dialer, Access access, Session::Options options);
  Controller(Dialer& dialer, Access access) : Controller(dialer, std::move(access), Session::Options{}) {}

  Session& session() { return session_; }
  // The references live as long as the controller.
  Session& model(const std::string& uuid);
  StatusPoller& poller(const std::string& uuid);
  const Access& access() const { return session_.access(); }

 private:
  struct Model {
    std::unique_ptr<Session> session;
    std::unique_ptr<StatusPoller> poller;
  };
  Model& at(const std::string& uuid);

  Dialer& dialer_;
  Session::Options options_;
  Discharger discharger_;
  Session session_;
  std::mutex mutex_;
  std::map<std::string, Model> models_;
};

// Asks a discharger over HTTPS, with the cookies of `access` that are for it. Where it wants a person to
// interact (a password, a browser), the error says to use `juju login`.
Discharger https_discharger(Access access);

}  // namespace microstack::juju
