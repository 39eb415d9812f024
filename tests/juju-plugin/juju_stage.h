// The plug-in with a Juju controller within the test, as the juju command line knows it, and no native cloud.
#pragma once

#include <utility>

#include "engine/clients/juju/client_store.h"
#include "tests/juju-plugin/stage.h"
#include "tests/support/juju_controller/juju_controller.h"

namespace microstack::plugin {

// Its keys are drawn once for all tests; each begins with an empty world.
inline testing::JujuController& controller() {
  static testing::JujuController one({.data = JUJU_RECORDINGS});
  return one;
}

class JujuStage {
 public:
  JujuStage() {
    live_in(folder.path);
    REQUIRE(write_file(folder.path + "/state/world.json", R"({"machines": []})"));
    controller().refuse.clear();
    controller().with([](testing::World& world) {
      const auto uuid = world.controller_uuid;
      const auto charmhub = world.charmhub;
      world = testing::World();
      world.controller_uuid = uuid;
      world.charmhub = charmhub;
      world.story.looks_until_active = 1;
    });
    juju::StoredController stored;
    stored.uuid = controller().world().controller_uuid;
    stored.addresses = {controller().address()};
    stored.ca_pem = controller().ca_pem();
    stored.cloud = "kube";
    REQUIRE(store().put_controller("test", stored, "admin", Secret("admin-password")));
  }

  juju::ClientStore store() const { return juju::ClientStore(folder.path + "/juju"); }
  Ran run(const std::vector<std::string>& words, const char* typed = nullptr) {
    return run_program(words, typed, [](Front& front) { front.poll = std::chrono::milliseconds(1); });
  }
  // Which calls since the last time this was asked were no mere looks, but for the record's own.
  std::vector<std::string> changes() {
    std::vector<std::string> fresh;
    for (const auto& [call, count] : controller().counts()) {
      const auto before = std::exchange(seen_[call], count);
      for (const char* verb : {".Deploy", ".Set", ".Unset", ".Add", ".Scale", ".Destroy", ".Offer", ".Create",
                               ".Update", ".Remove", ".Enqueue"})
        if (call.find(verb) != std::string::npos && count > before && !call.starts_with("Secrets."))
          fresh.push_back(call);
    }
    return fresh;
  }
  testing::Application application(const std::string& name) const {
    testing::Application copy;
    controller().with(
        [&](testing::World& world) { copy = world.model_named("openstack").application(name); });
    return copy;
  }
  std::size_t applications() const {
    std::size_t count = 0;
    controller().with([&](testing::World& world) {
      for (const auto& [uuid, model] : world.models)
        if (model.name == "openstack") count = model.applications.size();
    });
    return count;
  }

  const testing::TemporaryFolder folder;

 private:
  std::map<std::string, int> seen_;
};

}  // namespace microstack::plugin
