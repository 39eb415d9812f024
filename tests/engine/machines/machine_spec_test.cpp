#include "engine/machines/machine_spec.h"

#include <catch2/catch.hpp>

#include "engine/machines/machine_seed.h"
#include "engine/machines/supervisor.h"

using namespace microstack;

namespace {

Json spec(const char* key, Json value) {
  Json out{{"cluster", "demo"}, {"name", "demo-1"}, {"image", {{"tree", "/srv/debian"}}}};
  out[key] = std::move(value);
  return out;
}

}  // namespace

TEST_CASE("a specification that could become something else in a shell, a mount or a file is refused") {
  CHECK(machine_spec_from_json(spec("name", "demo-1")).ok());
  for (const auto* name : {"", "-x", "a b", "a/b", "../x", "A", "a;b", "x-"}) {
    CHECK_FALSE(machine_spec_from_json(spec("name", name)).ok());
    CHECK_FALSE(machine_spec_from_json(spec("cluster", name)).ok());
  }
  CHECK_FALSE(machine_spec_from_json(spec("image", {{"tree", "/srv/a:b"}})).ok());
  CHECK_FALSE(machine_spec_from_json(spec("image", {{"packages", {"a", "-oX=y"}}})).ok());
  CHECK_FALSE(machine_spec_from_json(spec("image", {{"mirror", "x http://y\ndeb z"}})).ok());
  CHECK_FALSE(machine_spec_from_json(spec("networks", {{"management", "10.0.0.1/24"}})).ok());
  CHECK_FALSE(machine_spec_from_json(spec("devices", {"/dev/../etc/shadow"})).ok());
  CHECK_FALSE(machine_spec_from_json(spec("authorized_keys", {"a\nb"})).ok());
  CHECK_FALSE(machine_spec_from_json(spec("dns", {"localhost"})).ok());
  CHECK_FALSE(machine_spec_from_json(spec("version", 2)).ok());
  CHECK_FALSE(machine_spec_from_json(spec("colour", "red")).ok());
}

TEST_CASE("a machine knows who it is before its first boot") {
  const auto machine = machine_spec_from_json(spec("authorized_keys", {"ssh-ed25519 AAAA me"})).value();
  ClusterNetwork network;
  network.management = "10.70.1.0/24";
  network.tunnel = "10.70.3.0/24";
  const auto seed = machine_seed(machine, network, 2, std::string(32, 'a'), {"192.0.2.53"}, true);
  CHECK(seed.at("/etc/hostname") == "demo-1\n");
  CHECK(seed.at("/etc/machine-id").size() == 33);
  CHECK(seed.at("/etc/resolv.conf") == "nameserver 192.0.2.53\n");
  CHECK(seed.at("/etc/systemd/network/10-host0.network").find("Address=10.70.1.12/24\nGateway=10.70.1.1\n") !=
        std::string::npos);
  CHECK(seed.at("/root/.ssh/authorized_keys") == "ssh-ed25519 AAAA me\n");
  CHECK(seed.contains("/etc/tmpfiles.d/microstack-kvm.conf"));
  CHECK(api_address(network) == "10.70.1.10");
}

TEST_CASE("only name servers that a machine can reach are given to it") {
  CHECK(name_servers("# x\nnameserver 127.0.0.53\nnameserver 192.0.2.1\nsearch a\nnameserver ::1\n") ==
        std::vector<std::string>{"192.0.2.1"});
}
