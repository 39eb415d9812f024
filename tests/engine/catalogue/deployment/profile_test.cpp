#include "engine/catalogue/profile.h"

#include <catch2/catch.hpp>

using namespace microstack;

namespace {

const char* smallest = R"(cluster:
  name: demo
node:
  name: demo-1
  roles: [control, compute]
  addresses: {management: 10.20.0.11}
control:
  api_address: 10.20.0.10
  members: [10.20.0.11]
)";

std::vector<std::string> faults(const std::string& text) {
  const auto profile = profile_from_yaml(text, "p.yaml");
  REQUIRE_FALSE(profile);
  CHECK(profile.error().kind == ErrorKind::ask);
  std::vector<std::string> all;
  for (const auto& cause : profile.error().causes) all.push_back(cause.what + " @ " + cause.where);
  if (all.empty()) all.push_back(profile.error().what);
  return all;
}

}  // namespace

TEST_CASE("the smallest profile has defaults for all else and survives JSON") {
  const auto profile = profile_from_yaml(smallest, "p.yaml");
  REQUIRE(profile);
  CHECK(profile->cluster.release == "2025.1");
  CHECK(profile->network.mtu == 1500);
  CHECK(profile->has_role("compute"));
  CHECK_FALSE(profile->has_role("storage"));
  const auto again = profile_from_json(to_json(*profile));
  REQUIRE(again);
  CHECK(to_json(*again) == to_json(*profile));
}

TEST_CASE("everything a profile can hold is read and written") {
  const auto profile = profile_from_yaml(std::string(smallest) + R"(version: 1
components:
- name: horizon
  config: {theme: dark}
network:
  physnets: [{name: physnet1, bridge: br-ex, interface: eth1}]
  tunnel_ip: 10.20.0.11
  tunnel_interface: eth0
  mtu: 9000
  gateway: false
  dns: [9.9.9.9, "2620:fe::fe"]
storage: {osd_devices: [/dev/sdb]}
compute: {cpu_mode: host-model}
secrets: {nova/db: hunter2}
packages: {proxy: "http://10.0.0.1:3142"}
)",
                                         "p.yaml");
  if (!profile) FAIL(profile.error().text());
  CHECK(profile->components.at(0).config["theme"] == "dark");
  CHECK(profile->network.physnets.at(0).interface == "eth1");
  CHECK(profile->secrets.at("nova/db") == "hunter2");
  CHECK(to_json(profile_from_json(to_json(*profile)).value()) == to_json(*profile));
}

TEST_CASE("a fault in a profile is told with its path and its line, all of them at once") {
  CHECK(faults(std::string(smallest) + "network:\n  physnets:\n  - name: a\n    brigde: b\n") ==
        std::vector<std::string>{"network.physnets[0].bridge is missing @ p.yaml:12",
                                 "network.physnets[0].brigde is not a known key @ p.yaml:13"});
  CHECK(faults(std::string(smallest) +
               "network: {mtu: 100, dns: [here], tunnel_ip: x}\ncomponents: [{name: a}, {name: a}]\n")
            .size() == 4);
  CHECK(faults("cluster: {name: x}\n").size() == 2);
  std::string wrong = smallest;
  wrong.replace(wrong.find("compute"), 7, "computer");
  CHECK(faults(wrong) ==
        std::vector<std::string>{"node.roles[1] is \"computer\", which is no role @ p.yaml:5"});
  wrong = smallest;
  wrong.replace(wrong.find("management"), 10, "private");
  CHECK(faults(wrong) == std::vector<std::string>{"node.addresses has no \"management\" @ p.yaml:6"});
}

TEST_CASE("a newer profile is refused as newer") {
  CHECK(faults(std::string(smallest) + "version: 2\n") ==
        std::vector<std::string>{"the profile has version 2, this program understands 1"});
}

TEST_CASE("the name of a secret cannot leave the folder of the secrets") {
  for (const char* name : {"../x", "/etc/x", "a/../b", "a//b", "a/", ".", "a b", ""}) {
    INFO(name);
    CHECK(faults(std::string(smallest) + "secrets: {\"" + name + "\": x}\n").size() == 1);
  }
}
