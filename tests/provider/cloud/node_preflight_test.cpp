// What stands in the way of a server is told by the plan, at the attribute that causes it and with its cure, before anything
// was changed on it. The server is simulated; what ssh says is what ssh says.
#include "provider/resources/node_preflight.h"

#include <fstream>

#include "engine/host/ssh_host.h"
#include "provider/resources/node.h"
#include "tests/provider/cloud/stage.h"
#include "tests/support/fake_host.h"

using namespace microstack;
using namespace microstack::provider;
using Catch::Contains;

namespace {

constexpr const char* host_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHBpbm5lZA==";

// A Debian 13 server with two links, as it answers the probe. `ssh` is what ssh would say instead of connecting.
struct Server {
  std::string ssh;
  bool sudo = true;
  std::string os = "debian 13";
  long disk_mib = 100000, memory_mib = 16000;
  std::string links = R"([{"ifname": "lo", "addr_info": [{"local": "127.0.0.1"}]},
    {"ifname": "eth0", "addr_info": [{"local": "192.0.2.60"}]}, {"ifname": "eth1", "addr_info": []}])";

  // What its kernel says: that of a recorded server with eight threads and two NUMA nodes.
  std::string tree() const {
    std::ifstream in(MS_SOURCE_DIR "/tests/engine/machines/trees/server.txt");
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

class SimulatedHost : public FakeHost {
 public:
  SimulatedHost(const Server& server, SshTarget target) : server_(server), target_(std::move(target)) {
    program("sh", [this](FakeHost&, const Command& c) {
      if (c.argv.back().find("hugepages") != std::string::npos) return CommandResult{0, server_.tree(), {}};
      return CommandResult{
          0,
          fmt::format("os {}\nuid 0\ncpus 4\nmemory_free_kib {}\ndisk_free_kib /var/lib/microstack "
                      "{}\nsystemd yes\nopenvswitch yes\n",
                      server_.os, server_.memory_mib * 1024, server_.disk_mib * 1024),
          {}};
    });
    says("ip", server_.links);
    says("hostname", "rack1\n");
  }
  Result<CommandResult> run(const Command& command, std::stop_token stop = {}) override {
    if (auto said = ssh_error(server_.ssh, target_); said && !server_.ssh.empty()) return std::move(*said);
    if (!server_.sudo)
      return ask("the user cannot become root without a password", "ssh://" + target_.host,
                 "allow it in /etc/sudoers.d", {"user"});
    return FakeHost::run(command, stop);
  }
  Result<std::optional<FileContent>> read(const std::string& path) override {
    if (auto said = ssh_error(server_.ssh, target_); said && !server_.ssh.empty()) return std::move(*said);
    if (!server_.sudo) return run({{"cat", path}}).error();
    return FakeHost::read(path);
  }

 private:
  const Server& server_;
  SshTarget target_;
};

// A cluster on this host, and a server that is to join it.
class Joining : public Stage {
 public:
  Joining() {
    clouds.open = [this](const Place& place, const std::string&) -> Result<std::unique_ptr<Host>> {
      return std::unique_ptr<Host>(std::make_unique<SimulatedHost>(server, place.ssh));
    };
    cluster_id = made_cluster();
  }
  // What the plan of a node says, as errors.
  std::string told(Json ssh = Json::object(), Json network = Json(), Json compute = Json()) {
    Json access = {{"host", "192.0.2.60"}, {"user", "admin"}, {"host_key", host_key}};
    access.update(ssh);
    Json set = {{"cluster_id", cluster_id}, {"name", "rack1"}, {"ssh", access}};
    if (!network.is_null()) set["network"] = network;
    if (!compute.is_null()) set["compute"] = compute;
    const auto revision = file("deployment.json")["revision"];
    plan(*node, {}, config(*node, set));
    CHECK(file("deployment.json")["revision"] == revision);
    return error();
  }

  Server server;
  std::string cluster_id;
  std::unique_ptr<AnyResource> node = node_resource(clouds);
};

}  // namespace

TEST_CASE_METHOD(Joining, "a server that fits has nothing in its way") {
  CHECK(told() == "");
  CHECK(warning() == "");
}

TEST_CASE_METHOD(Joining, "a wrong host key is told at host_key, with how to see the right one") {
  server.ssh = "@@@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @@@\nHost key verification failed.\r\n";
  CHECK_THAT(told(), Contains("The host key is not the pinned one") && Contains("(ssh.host_key)") &&
                         Contains("read its key on its own console"));
}

TEST_CASE_METHOD(Joining, "a user that has no key there is told with what to give") {
  server.ssh = "admin@192.0.2.60: Permission denied (publickey).\r\n";
  CHECK_THAT(told(), Contains("Access was refused") && Contains("(ssh.private_key_file)") &&
                         Contains("ssh://admin@192.0.2.60:22") && Contains("authorized_keys"));
}

TEST_CASE_METHOD(Joining, "a user that may not become root is told at user") {
  server.sudo = false;
  CHECK_THAT(told(), Contains("The user cannot become root without a password") && Contains("(ssh.user)") &&
                         Contains("/etc/sudoers.d"));
}

TEST_CASE_METHOD(Joining, "a distribution that does not carry the release is told at ssh") {
  server.os = "debian 12";
  CHECK_THAT(told(), Contains("ssh: Release 2025.1 needs debian 13, 192.0.2.60 is debian 12") ||
                         Contains("ssh: Release 2025.1 needs debian 13, fake is debian 12"));
  CHECK_THAT(error(), Contains("make a machine on it"));
}

TEST_CASE_METHOD(Joining, "too little disk and too little memory are told with how much it takes") {
  server.disk_mib = 700;
  CHECK_THAT(told(), Contains("700 MiB of disk are free at /var/lib/microstack") &&
                         Contains("the node needs") && Contains("free space there"));
  server.disk_mib = 100000;
  server.memory_mib = 100;
  CHECK_THAT(told(), Contains("roles: 100 MiB of memory are free"));
}

TEST_CASE_METHOD(Joining, "a link that is not there is told at its attribute, with those that are") {
  CHECK_THAT(told(Json::object(), {{"tunnel_interface", "eth9"}, {"tunnel_address", "198.51.100.60"}}),
             Contains("(network.tunnel_interface)") && Contains("has no link eth9") &&
                 Contains("one of eth0, eth1"));
  CHECK_THAT(told(Json::object(), {{"external_interface", "eth8"}}),
             Contains("(network.external_interface)") && Contains("has no link eth8"));
}

TEST_CASE_METHOD(Joining, "a link that the server is reached by is not made a bridge's port") {
  CHECK_THAT(told(Json::object(),
                  {{"physical_networks", {{{"name", "dc"}, {"bridge", "br-dc"}, {"interface", "eth0"}}}}}),
             Contains("(network.physical_networks)") && Contains("The link eth0") &&
                 Contains("carries its address 192.0.2.60"));
  CHECK(told(Json::object(),
             {{"physical_networks", {{{"name", "dc"}, {"bridge", "br-dc"}, {"interface", "eth1"}}}}}) == "");
}

TEST_CASE_METHOD(Joining, "settings that the hardware cannot be are told at theirs") {
  const auto chosen = [&](Json compute) { return told(Json::object(), Json(), std::move(compute)); };
  CHECK(chosen({{"cpu_dedicated_set", "4-7"}, {"hugepages", {"0:2048:64"}}}) == "");
  CHECK_THAT(chosen({{"cpu_dedicated_set", "4-99"}}), Contains("(compute.cpu_dedicated_set)") &&
                                                          Contains("There is no CPU 99") &&
                                                          Contains("CPUs here: 0-7"));
  CHECK_THAT(chosen({{"hugepages", {"7:2048:64"}}}),
             Contains("(compute.hugepages)") && Contains("There is no NUMA node 7"));
  CHECK_THAT(
      chosen({{"pci_devices", {R"({"address": "0000:ff:00.1"})"}}}),
      Contains("(compute.pci_devices)") && Contains("No PCI device of this machine") && Contains("lspci"));
  CHECK_THAT(chosen({{"migration_address", "203.0.113.1"}}), Contains("(compute.migration_address)"));
}

TEST_CASE_METHOD(Joining, "an address that the server does not have, or that another node has, is told") {
  CHECK_THAT(told(Json::object(), {{"address", "192.0.2.99"}}),
             Contains("(network.address)") && Contains("does not have the address 192.0.2.99"));
  server.links = R"([{"ifname": "eth0", "addr_info": [{"local": "127.0.0.1"}]}])";
  CHECK_THAT(told({{"host", "127.0.0.1"}}), Contains("the address 127.0.0.1 is in use by node demo-1") ||
                                                Contains("The address 127.0.0.1 is in use by node demo-1"));
}

namespace {

// The first apply of all: the cluster of the node is planned beside it.
class Beginning : public Stage {
 public:
  Beginning() {
    clouds.open = [this](const Place& place, const std::string&) -> Result<std::unique_ptr<Host>> {
      return std::unique_ptr<Host>(std::make_unique<SimulatedHost>(server, place.ssh));
    };
  }
  std::string told(const Json& set) {
    Json all = {{"ssh", {{"host", "192.0.2.60"}, {"user", "admin"}, {"host_key", host_key}}}};
    for (const auto& [key, value] : set.items())
      if (value.is_null())
        all.erase(key);
      else
        all[key] = value;
    auto wish = config(*node, all);
    wish.set_member("cluster_id", Value::unknown());
    if (wish.find("name")->is_null()) wish.set_member("name", Value::unknown());  // as of modules/node
    plan(*node, {}, wish);
    return error();
  }
  std::string told_of_machine(const Json& name) {
    return told({{"ssh", nullptr},
                 {"name", name},
                 {"machine",
                  {{"host", {{"host", "192.0.2.60"}, {"host_key", host_key}}},
                   {"management_interface", "eth1"},
                   {"tunnel_interface", "eth2"}}}});
  }

  Server server;
  std::unique_ptr<AnyResource> node = node_resource(clouds);
};

}  // namespace

TEST_CASE_METHOD(Beginning, "a server is looked at before there is a cluster") {
  CHECK(told(Json::object()) == "");
  CHECK_THAT(warning(), Contains("Its cluster is known after apply"));
  server.os = "debian 12";
  CHECK_THAT(told(Json::object()), Contains("ssh: Release 2025.1 needs debian 13"));
  server.os = "debian 13";
  CHECK_THAT(told({{"network", {{"tunnel_interface", "eth9"}, {"tunnel_address", "198.51.100.60"}}}}),
             Contains("(network.tunnel_interface)") && Contains("has no link eth9"));
  server.sudo = false;
  CHECK_THAT(told(Json::object()), Contains("(ssh.user)") && Contains("/etc/sudoers.d"));
  server.ssh = "Host key verification failed.\r\n";
  CHECK_THAT(told(Json::object()), Contains("(ssh.host_key)"));
}

TEST_CASE_METHOD(Beginning, "machines whose names come of the cluster have room beside one another, too") {
  CHECK(told_of_machine(nullptr) == "");
  server.memory_mib = 1000;
  std::string said;
  for (int count = 0; said.empty() && count < 20; ++count) said = told_of_machine(nullptr);
  CHECK_THAT(said, Contains("machines planned on 192.0.2.60 need"));
}

TEST_CASE_METHOD(Beginning, "machines that have no room beside one another are told, once") {
  server.memory_mib = 1000;
  CHECK(told_of_machine("demo-2") == "");
  CHECK(told_of_machine("demo-2") == "");  // planned again
  std::string said;
  int count = 2;
  for (; said.empty() && count < 20; ++count) said = told_of_machine("demo-" + std::to_string(count + 1));
  CHECK_THAT(said, Contains("machine: The ") && Contains("machines planned on 192.0.2.60 need") &&
                       Contains("MiB of memory, 1000 are free"));
  CHECK(told_of_machine("demo-21") == "");
}

TEST_CASE("what a machine takes that is being made is not counted again: its host has less") {
  Planned planned;
  const Place here;
  planned.claim_room(here, "demo-1", {1, 1700, 4000});
  planned.is_made(here, "demo-1");
  const Json probe = {{"memory_mib", {{"free", 1300}}}};
  CHECK_FALSE(lack_of_room(planned, here, "demo-2", {1, 500, 2000}, probe));
  CHECK_FALSE(lack_of_room(planned, here, "", {1, 500, 2000}, probe));
  CHECK(lack_of_room(planned, here, "", {1, 500, 2000}, probe) ==
        "the 3 machines planned on this host need 1500 MiB of memory, 1300 are free");
}
