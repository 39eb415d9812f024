#include "engine/machines/profile_findings.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "engine/machines/hardware.h"

using namespace microstack;

namespace {

const char* server = R"(cluster: {name: demo}
node:
  name: rack1
  roles: [compute]
  addresses: {management: 192.0.2.21}
control: {api_address: 192.0.2.10, members: [192.0.2.11]}
)";

// What stands in the way on the recorded server, as ATTRIBUTE: WHAT.
std::vector<std::string> findings(const std::string& more) {
  std::ifstream in(MS_SOURCE_DIR "/tests/engine/machines/trees/server.txt");
  REQUIRE(in);
  std::ostringstream tree;
  tree << in.rdbuf() << "/sys/devices/system/node/node1/hugepages/hugepages-2048kB/read_only\tyes\n";
  const auto profile = profile_from_yaml(server + more, "node.yaml");
  if (!profile) FAIL(profile.error().text());
  std::vector<std::string> out;
  for (const auto& finding : profile_findings(*profile, hardware(sys_tree(tree.str())))) {
    CHECK_FALSE(finding.fix.empty());
    std::string path;
    for (const auto& part : finding.attribute) path += (path.empty() ? "" : ".") + part;
    out.push_back(path + ": " + finding.what);
  }
  return out;
}

using All = std::vector<std::string>;

}  // namespace

TEST_CASE("a profile that fits the machine has nothing in its way") {
  CHECK(findings(R"(network:
  tunnel_ip: 198.51.100.21
  physnets: [{name: public, bridge: br-ex, interface: ens1f0np0}]
components:
- name: compute
  config:
    cpu_dedicated_set: 2-7,^3
    hugepages: ["1:1048576:8"]
    pci_devices: ['{"vendor_id": "10de", "product_id": "20b5"}', '{"address": "0000:3b:00.1"}']
    migration_address: 192.0.2.22
storage: {osd_devices: [/dev/disk/by-id/wwn-0x5000c500c0000001]}
)") == All{});
}

TEST_CASE("a link that is not there, or that the machine is reached by, is refused by its attribute") {
  CHECK(findings("network: {physnets: [{name: public, bridge: br-ex, interface: eth7}]}\n") ==
        All{"network.physnets.0.interface: there is no link eth7"});
  CHECK(findings("network: {physnets: [{name: public, bridge: br-ex, interface: eno1}]}\n")
            .at(0)
            .find("would lose it") != std::string::npos);
}

TEST_CASE("CPUs, huge pages, devices and addresses that are not there are refused by their attributes") {
  const auto chosen = [](const std::string& config) {
    return findings("components: [{name: compute, config: {" + config + "}}]\n");
  };
  const std::string at = "components.0.config.";
  CHECK(chosen("cpu_dedicated_set: 6-9") == All{at + "cpu_dedicated_set: there is no CPU 9"});
  CHECK(chosen("cpu_shared_set: 1-x") == All{at + "cpu_shared_set: \"1-x\" is no set of CPUs"});
  CHECK(chosen("hugepages: ['2:2048:1']") == All{at + "hugepages.0: there is no NUMA node 2"});
  CHECK(chosen("hugepages: ['0:1048576:200']").size() == 1);
  CHECK(
      chosen("hugepages: ['1:2048:16']") ==
      All{at +
          "hugepages.0: huge pages cannot be taken here: this is a container, and the kernel is its host's"});
  CHECK(chosen("pci_devices: ['{\"address\": \"0000:af:00.1\"}']") ==
        All{at + "pci_devices.0: no PCI device of this machine is the one described"});
  CHECK(chosen("migration_address: 192.0.2.99") ==
        All{at + "migration_address: no link of this machine has the address 192.0.2.99"});
}

TEST_CASE("a disk in use is told of, and stops nothing: it may be this cloud's own") {
  const auto all = findings("storage: {osd_devices: [/dev/sdc]}\n");
  CHECK(all == All{"storage.osd_devices.0: the disk /dev/sdc is in use: [\"dm-0\"]"});
}
