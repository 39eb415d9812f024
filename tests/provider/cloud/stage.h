// The provider's resources over a small hypervisor and a small OpenStack, asked as Terraform asks.
#pragma once

#include <stdlib.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "engine/base/file.h"
#include "engine/cloud/cloud.h"
#include "provider/resources/cluster.h"
#include "tests/provider/cloud/asking.h"
#include "tests/support/openstack_world/openstack_world.h"
#include "tests/support/temporary_folder.h"

namespace microstack::provider {

using namespace terraform;

// HOME and the hypervisor are the test's own.
class Stage : public Asking {
 public:
  Stage() {
    ::setenv("HOME", folder.c_str(), 1);
    ::setenv("MICROSTACK_STATE", (folder + "/state").c_str(), 1);
    ::setenv("MICROSTACK_HYPERVISOR", FAKE_HYPERVISOR, 1);
    std::filesystem::create_directories(folder + "/state/secrets/keystone");
    REQUIRE(write_file(folder + "/state/secrets/keystone/admin", openstack.admin().password.reveal(), 0600));
    world["facts"] = {
        {"cluster", {{"name", "demo"}, {"release", "2025.1"}, {"region", openstack.admin().region}}},
        {"control", {{"api_address", "127.0.0.1"}}},
        {"urls", {{"identity", openstack.auth_url()}, {"dashboard", "https://127.0.0.1"}}},
        {"catalogue_version", "c1"},
        {"ca", "an authority"}};
    tell();
  }

  // Makes the hypervisor say what `world` says now.
  void tell() { std::ofstream(folder + "/state/world.json") << world.dump(); }
  // What a process has looked at it does not look at again; this is the next one.
  void begin_anew() {
    clouds.forget("demo");
    REQUIRE(clouds.of("demo", {.kind = Place::Kind::local}));
  }
  int calls(const std::string& verb) const {
    std::ifstream in(folder + "/state/calls.txt");
    int count = 0;
    for (std::string line; std::getline(in, line);) count += line == verb;
    return count;
  }
  Json file(const std::string& name) const {
    const auto text = read_file(folder + "/state/" + name);
    REQUIRE(text);
    return *text ? Json::parse(**text) : Json();
  }

  // A cluster on this very host, with what is set besides.
  Json local(Json set = Json::object()) const {
    set["name"] = "demo";
    set["first_node"] = {{"local", {{"address", "127.0.0.1"}}}};
    return set;
  }
  std::string made_cluster() {
    const auto state = apply(*cluster, {}, config(*cluster, local()));
    INFO(error());
    REQUIRE_FALSE(state.is_null());
    return state.find("id")->as_string();
  }

  testing::TemporaryFolder temporary;
  const std::string folder = temporary.path;
  testing::OpenStackWorld openstack;
  Json world = Json::object();
  Clouds clouds{Catalogue::load_embedded().value()};
  std::unique_ptr<AnyResource> cluster = cluster_resource(clouds);
};

}  // namespace microstack::provider
