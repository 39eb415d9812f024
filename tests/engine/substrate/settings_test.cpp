// What a hypervisor's settings become in the files that its programs read. Golden files are written anew where
// MICROSTACK_WRITE_GOLDEN is set.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/base/template.h"
#include "engine/catalogue/catalogue.h"
#include "engine/catalogue/facts.h"

using namespace microstack;

namespace {

const char* node = R"(cluster: {name: demo}
node:
  name: rack1
  roles: [compute]
  addresses: {management: 192.0.2.12}
control: {api_address: 192.0.2.10, members: [192.0.2.11]}
network:
  tunnel_ip: 198.51.100.12
  physnets:
  - {name: public, bridge: br-ex, interface: eno1}
  - {name: storage, bridge: br-storage, interface: eno2}
components:
- name: certificates
- name: chassis
- name: messaging
- name: compute
)";

// Every choice there is; the component is the last of the profile's list, so that its config can follow.
const char* all_settings = R"(  config:
    cpu_mode: custom
    cpu_models: [Haswell-noTSX-IBRS, Skylake-Server-IBRS]
    cpu_dedicated_set: 4-15,^8
    cpu_shared_set: 0-3
    hugepages: ["0:2048:1024", "1:1048576:8"]
    reserved_huge_pages: ["node:0,size:2048,count:64"]
    pci_devices:
    - '{"vendor_id": "8086", "product_id": "1563", "physical_network": "storage"}'
    - '{"address": "0000:3b:*.*"}'
    pci_aliases: ['{"name": "gpu", "vendor_id": "10de", "product_id": "20b5", "device_type": "type-PF"}']
    cpu_allocation_ratio: 4
    ram_allocation_ratio: 1
    reserved_memory_mib: 4096
    resume_guests: false
    migration_address: 203.0.113.12
    ceph_user: nova
    ceph_secret_uuid: 457eb676-33da-42ec-9a8c-9293d545c337
    debug: true
)";

const Json works = {{"kvm", true}, {"virt_type", "kvm"}};

std::string rendered(const std::string& profile_text, const std::string& name, const Json& with,
                     const Json& probed = works) {
  const auto catalogue = Catalogue::load_embedded();
  REQUIRE(catalogue);
  const auto profile = profile_from_yaml(profile_text, "node.yaml");
  if (!profile) FAIL(profile.error().text());
  auto facts = node_facts(*profile, *catalogue, probed);
  REQUIRE(facts);
  (*facts)["with"] = with;
  const auto text = catalogue->template_text(name);
  REQUIRE(text);
  const auto out = render(*text, name, *facts, secret_names());
  if (!out) FAIL(out.error().text());
  return *out;
}

std::string nova(const std::string& profile, const Json& probed = works) {
  return rendered(profile, "nova/nova.conf", {{"role", "compute"}}, probed);
}

// Section -> lines.
std::map<std::string, std::vector<std::string>> sections(const std::string& text) {
  std::map<std::string, std::vector<std::string>> out;
  std::istringstream in(text);
  std::string section;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with('[')) {
      section = line.substr(1, line.size() - 2);
      INFO(section);
      CHECK(out.count(section) == 0);  // one opened twice would take the other's keys
      out[section];
    } else if (!line.empty() && line[0] != '#') {
      out[section].push_back(line);
    }
  }
  return out;
}

bool has(const std::vector<std::string>& lines, const std::string& line) {
  return std::find(lines.begin(), lines.end(), line) != lines.end();
}

void require_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(MS_SOURCE_DIR "/tests/engine/substrate/golden/") + name;
  if (std::getenv("MICROSTACK_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream in(path);
  std::ostringstream golden;
  golden << in.rdbuf();
  REQUIRE(golden.str() == text);
}

}  // namespace

TEST_CASE("the files of a hypervisor with every setting chosen are the golden ones") {
  const auto profile = std::string(node) + all_settings;
  require_golden("nova-compute-all.conf", nova(profile));
  CHECK(rendered(profile, "libvirt/qemu.conf", Json::object()).find("migration_address = \"203.0.113.12\"") !=
        std::string::npos);
  require_golden("hugepages", rendered(profile, "libvirt/hugepages", Json::object()));
}

TEST_CASE("the file of a hypervisor with nothing chosen is the golden one") {
  require_golden("nova-compute-default.conf", nova(node));
}

TEST_CASE("pinning, PCI devices and Ceph together leave every setting in its own section") {
  auto found = sections(nova(std::string(node) + all_settings));
  CHECK(found["compute"] == std::vector<std::string>{"cpu_dedicated_set = 4-15,^8", "cpu_shared_set = 0-3"});
  CHECK(has(found["libvirt"], "rbd_user = nova"));
  CHECK(has(found["libvirt"], "rbd_secret_uuid = 457eb676-33da-42ec-9a8c-9293d545c337"));
  CHECK(has(found["libvirt"], "cpu_models = Haswell-noTSX-IBRS,Skylake-Server-IBRS"));
  CHECK(has(found["DEFAULT"], "reserved_huge_pages = node:0,size:2048,count:64"));
  CHECK(found["pci"].size() == 3);
  for (const auto& line : found["pci"]) CHECK(Json::accept(line.substr(line.find('{'))));
}

TEST_CASE("emulation takes no CPU mode that only KVM has") {
  CHECK(has(sections(nova(node, Json::object()))["libvirt"], "cpu_mode = none"));
  CHECK(has(sections(nova(node))["libvirt"], "cpu_mode = host-model"));
}
