#include "tests/support/juju_controller/disturbed_world.h"

namespace microstack::testing {

namespace {

JujuController& shared_controller(int major) {
  static std::map<int, std::unique_ptr<JujuController>> all;
  auto& controller = all[major];
  const std::string data = MS_SOURCE_DIR "/tests/data/juju";
  if (!controller)
    controller = std::make_unique<JujuController>(JujuController::Options{.data = data, .major = major});
  controller->with([&](World& world) {
    auto charmhub = std::move(world.charmhub);
    world = World();
    world.charmhub = std::move(charmhub);
    world.story.looks_until_active = 1;
    controller->refuse.clear();
    controller->disturb({});
    controller->server().cut_at(0);
  });
  return *controller;
}

}  // namespace

juju::Access access_to(const JujuController& controller) {
  juju::Access access;
  access.controller = "test";
  access.addresses = {controller.address()};
  access.ca_pem = controller.ca_pem();
  access.password = Secret("admin-password");
  return access;
}

juju::Session::Options quick_session() {
  juju::Session::Options options;
  options.pause = std::chrono::milliseconds{5};
  options.poll = std::chrono::milliseconds{1};
  return options;
}

DisturbedWorld::DisturbedWorld(int major)
    : server_(shared_controller(major)), controller_(dialer_, access_to(server_), quick_session()) {}

void DisturbedWorld::add_model(const std::string& name) {
  server_.with([&](World& world) { world.add_model(name, "admin", "kube"); });
}

void DisturbedWorld::add_application(const std::string& name, const std::string& charm,
                                     const std::string& channel) {
  server_.with([&](World& world) {
    auto& model = world.model_named("openstack");
    auto& application = world.deploy(model, name, world.charmhub.at(charm), 1);
    model.charms[application.charm.url()] = application.charm;
    application.channel = channel;
    application.base = "ubuntu@24.04";
    for (auto& [ignored, unit] : application.units) unit.state = {"active", "", "idle", world.now(), 5};
  });
}

juju::ModelView& DisturbedWorld::view() {
  views_.push_back(std::make_unique<juju::ModelView>(controller_, "openstack"));
  return *views_.back();
}

int DisturbedWorld::calls() {
  int sum = 0;
  for (const auto& [name, count] : server_.counts()) sum += count;
  return sum;
}

void DisturbedWorld::fail_call(int n) {
  server_.with([&](World&) { server_.disturb({.at_call = n, .lose_answer = false}); });
}

void DisturbedWorld::lose_answer_of_call(int n) {
  server_.with([&](World&) { server_.disturb({.at_call = n, .lose_answer = true}); });
}

std::map<std::string, DisturbedWorld::File>::const_iterator DisturbedWorld::Files::begin() const {
  now.clear();
  world.server_.with([&](World& all) {
    for (const auto& [uuid, model] : all.models) {
      const auto at = model.name + "/";
      now[at].bytes = model.config.dump();
      for (const auto& [name, application] : model.applications) {
        if (application.life != "alive") continue;
        now[at + name].bytes = application.charm.url() + application.channel + application.config.dump() +
                               (application.trust ? " trusted" : "");
      }
      for (const auto& relation : model.relations) now[at + relation.key()];
      for (const auto& [name, offer] : model.offers) now[at + "offer " + name].bytes = offer.application;
      for (const auto& [uri, secret] : model.secrets)
        now[at + "secret " + secret.label].bytes = secret.data.dump();
      for (const auto& [tag, notes] : model.annotations)
        for (const auto& [key, value] : notes) now[at + "note " + tag + key].bytes = value;
    }
  });
  return now.begin();
}

}  // namespace microstack::testing
