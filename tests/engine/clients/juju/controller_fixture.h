// A controller for a test: one of ours, or a real one where MICROSTACK_TEST_JUJU_ADDRESSES says so.
#pragma once

#include <cstdlib>

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

inline Session::Options quick() {
  Session::Options options;
  options.pause = std::chrono::milliseconds{5};
  options.poll = std::chrono::milliseconds{1};
  return options;
}

}  // namespace microstack::juju
