// The whole plug-in, run as a person runs it, over a small hypervisor and a small OpenStack.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/base/file.h"
#include "engine/catalogue/deployment.h"
#include "engine/catalogue/profile.h"
#include "juju-plugin/program.h"
#include "tests/support/openstack_world/openstack_world.h"
#include "tests/support/temporary_folder.h"

namespace microstack::plugin {

struct Ran {
  int code = 0;
  std::string out, err;
};

// Compares with golden/NAME beside the tests; MICROSTACK_WRITE_GOLDEN writes it anew.
inline void require_golden(const std::string& folder, const std::string& name, const std::string& text) {
  const auto path = folder + "/tests/juju-plugin/golden/" + name;
  if (::getenv("MICROSTACK_WRITE_GOLDEN")) REQUIRE(write_file(path, text));
  const auto golden = read_file(path);
  REQUIRE(golden);
  CHECK(golden->value_or("no file " + path) == text);
}

// `typed`: what the person at the terminal answers; nullptr: nobody is there.
inline Ran run_program(
    const std::vector<std::string>& words, const char* typed,
    const std::function<void(Front&)>& prepare = [](Front&) {}) {
  std::istringstream in(typed ? typed : "");
  std::ostringstream out, err;
  Front front(in, out, err);
  front.in_is_terminal = typed != nullptr;
  prepare(front);
  std::vector<const char*> argv = {"juju-microstack"};
  for (const auto& word : words) argv.push_back(word.c_str());
  const int code = program(static_cast<int>(argv.size()), argv.data(), front);
  return {code, out.str(), err.str()};
}

// What the programs take from their environment, of a folder instead of this machine.
inline void live_in(const std::string& folder) {
  ::setenv("HOME", folder.c_str(), 1);
  ::setenv("MICROSTACK_STATE", (folder + "/state").c_str(), 1);
  ::setenv("MICROSTACK_HYPERVISOR", FAKE_HYPERVISOR, 1);
  ::setenv("JUJU_DATA", (folder + "/juju").c_str(), 1);
  for (const char* variable : {"JUJU_MODEL", "JUJU_CONTROLLER", "MICROSTACK_CLUSTER", "MICROSTACK_KUBECONFIG",
                               "MICROSTACK_JUJU_ADDRESSES"})
    ::unsetenv(variable);
}

// A finished cloud `demo` whose only node is this host, as far as the programs can tell.
class Stage {
 public:
  Stage() {
    live_in(folder);
    secret("keystone/admin", openstack.admin().password.reveal());
    secret("demo/demo", "demo-password-of-the-demo");
    openstack.compute_services = {
        {{"binary", "nova-compute"}, {"host", "n1"}, {"state", "up"}, {"status", "enabled"}},
        {{"binary", "nova-scheduler"}, {"host", "n1"}, {"state", "up"}, {"status", "enabled"}}};
    world["facts"] = {
        {"cluster", {{"name", "demo"}, {"release", "2025.1"}, {"region", openstack.admin().region}}},
        {"node", {{"name", "n1"}}},
        {"control", {{"api_address", "192.0.2.10"}}},
        {"urls", {{"identity", openstack.auth_url()}, {"dashboard", "https://192.0.2.10"}}},
        {"catalogue_version", "c1"},
        {"ca", "an authority"}};
    world["guest_image"] = folder + "/guest.qcow2";
    REQUIRE(write_file(folder + "/guest.qcow2", "an image"));
    tell();
    Deployment deployment;
    deployment.revision = 3;
    deployment.catalogue_version = "c1";
    deployment.cluster = {id, "demo", "2025.1", "RegionOne", "native"};
    deployment.members["n1"] = {
        "n1", {"control", "compute", "network"}, "192.0.2.11", {{"local", {{"address", "192.0.2.11"}}}}};
    for (const char* name : {"keystone", "glance", "nova", "neutron"})
      deployment.components[name] = {"terraform"};
    deployment.components["horizon"] = {"terraform", {{"session_timeout", 3600}}};
    deployment.wish = {{"first_node", {{"local", {{"address", "192.0.2.11"}}}}},
                       {"deletion_protection", false}};
    put(deployment);
    Profile profile;
    profile.cluster.name = "demo";
    profile.node.name = "n1";
    profile.node.roles = {"control", "compute", "network"};
    profile.node.addresses["management"] = "192.0.2.11";
    profile.control = {"192.0.2.10", {"192.0.2.11"}};
    for (const char* name : {"keystone", "glance", "nova", "neutron", "horizon"})
      profile.components.push_back({name});
    REQUIRE(write_file(folder + "/state/profile.json", to_json(profile).dump()));
  }

  void tell() { std::ofstream(folder + "/state/world.json") << world.dump(); }
  void put(const Deployment& deployment) {
    REQUIRE(write_file(folder + "/state/deployment.json", to_json(deployment).dump()));
  }
  Deployment deployment() const {
    const auto there = DeploymentFile(folder + "/state/deployment.json").read();
    REQUIRE(there);
    REQUIRE(*there);
    return **there;
  }
  void secret(const std::string& name, const std::string& value) {
    REQUIRE(write_file(folder + "/state/secrets/" + name, value, 0600, 0700));
  }
  int calls(const std::string& verb) const {
    std::ifstream in(folder + "/state/calls.txt");
    int count = 0;
    for (std::string line; std::getline(in, line);) count += line == verb;
    return count;
  }

  Ran run(const std::vector<std::string>& words, const char* typed = nullptr) {
    return run_program(words, typed, [this](Front& front) {
      front.ssh_greets = [this](const std::string& address) {
        return address == answering || answering == "any";
      };
    });
  }

  const testing::TemporaryFolder temporary;
  const std::string& folder = temporary.path;
  const std::string id = "microstack://demo@192.0.2.10/0123456789abcdef0123456789abcdef";
  testing::OpenStackWorld openstack;
  Json world = Json::object();
  std::string answering = "any";
};

}  // namespace microstack::plugin
