#include "tests/engine/clients/juju/controller_fixture.h"

#include <catch2/catch.hpp>

#include "engine/clients/juju/models.h"

namespace microstack::juju {

namespace {

constexpr const char* prefix = "MICROSTACK_TEST_JUJU";

// Short for a controller that is real, and no burden on it.
constexpr std::chrono::milliseconds pause{300};
Session::Options brisk() {
  Session::Options options;
  options.poll = pause;
  return options;
}

std::string variable(const char* name) {
  const char* value = std::getenv((std::string(prefix) + name).c_str());
  return value ? value : "";
}

}  // namespace

std::string data_folder() {
  return MS_SOURCE_DIR "/tests/data/juju";
}

std::vector<int> majors() {
  return variable("_ADDRESSES").empty() ? std::vector{4, 3} : std::vector{0};
}

Anywhere::Anywhere(int major) {
  if (variable("_ADDRESSES").empty()) {
    own.emplace(major);
  } else {
    auto access = access_from_environment(prefix);
    if (!access) FAIL(access.error().text());
    named = std::move(*access);
  }
  controller_.emplace(dialer, this->access(), named ? brisk() : quick());
}

Anywhere::~Anywhere() {
  if (!named) return;
  for (const auto& uuid : models_)
    if (auto gone =
            destroy_model(session(), uuid, {true, true, std::chrono::seconds(0)}, within(600), {}, pause);
        !gone)
      WARN(gone.error().text());
}

std::string Anywhere::make_model(const std::string& name) {
  auto made = create_model(session(), {model_name(name), "", cloud()}, limit(30));
  if (!made) FAIL(made.error().text());
  models_.push_back(made->uuid);
  return made->uuid;
}

std::string Anywhere::cloud() const {
  return named ? variable("_CLOUD") : "kube";
}

void Anywhere::no_violations() const {
  if (own)
    for (const auto& violation : own->controller.violations()) FAIL_CHECK(violation);
}

}  // namespace microstack::juju
