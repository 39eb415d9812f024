// A controller for a test: one of ours; or, for tests with the tag [anywhere], the one that the environment names:
// MICROSTACK_TEST_JUJU_ADDRESSES, _CA, _USER, _PASSWORD, and in _CLOUD a Kubernetes cloud that it knows.
#pragma once

#include <cstdlib>
#include <optional>

#include "engine/clients/juju/controller.h"
#include "engine/clients/juju/websocket.h"
#include "tests/support/juju_controller/juju_controller.h"

namespace microstack::juju {

using testing::JujuController;
using testing::World;

std::string data_folder();  // tests/data/juju of the clone

inline Limit within(int seconds, std::stop_token stop = {}) {
  return Limit::of(std::chrono::seconds(seconds), stop);
}

struct Fixture {
  explicit Fixture(int major = 4) : controller({.data = data_folder(), .major = major}) {}

  Access access() const {
    Access access;
    access.controller = "test";
    access.addresses = {controller.address()};
    access.ca_pem = controller.ca_pem();
    access.password = Secret("admin-password");
    return access;
  }
  std::string add_model(const std::string& name = "openstack") {
    std::string uuid;
    controller.with([&](World& world) { uuid = world.add_model(name, "admin", "kube").uuid; });
    return uuid;
  }

  JujuController controller;
  WebsocketDialer dialer;
};

inline Session::Options quick();

// What is made there has names of its own and goes again with this.
struct Anywhere {
  explicit Anywhere(int major = 4);
  ~Anywhere();

  Access access() const { return named ? *named : own->access(); }
  Controller& controller() { return *controller_; }
  Session& session() { return controller_->session(); }
  // A new model; the last part of its name is given.
  std::string make_model(const std::string& name);
  std::string model_name(const std::string& name) const { return named ? "microstack-test-" + name : name; }
  std::string cloud() const;
  std::string user() const { return access().user; }
  Limit limit(int seconds) const { return within(named ? 30 * seconds : seconds); }
  void no_violations() const;

  std::optional<Access> named;
  std::optional<Fixture> own;
  WebsocketDialer dialer;

 private:
  std::optional<Controller> controller_;
  std::vector<std::string> models_;
};
// Of the controllers a test is to see: one of each of ours, or the one that is named.
std::vector<int> majors();

inline Session::Options quick() {
  Session::Options options;
  options.pause = std::chrono::milliseconds{5};
  options.poll = std::chrono::milliseconds{1};
  return options;
}

}  // namespace microstack::juju
