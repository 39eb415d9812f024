#include "provider/resources/node_place.h"

#include <catch2/catch.hpp>

#include "engine/cloud/planned.h"

namespace microstack::provider {
namespace {

Deployment::Member member(const std::string& name, Json host) {
  Deployment::Member out;
  out.name = name;
  out.host = std::move(host);
  return out;
}

TEST_CASE(
    "a host name belongs to the server that was written down with it, and to the machine of that name") {
  Deployment deployment;
  deployment.members["demo-1"] = member("demo-1", {{"machine", Json::object()}});
  deployment.members["demo-metal"] =
      member("demo-metal", {{"ssh", {{"host", "10.0.0.5"}}}, {"host_name", "metal"}});
  deployment.members["demo-old"] = member("demo-old", {{"ssh", {{"host", "10.0.0.6"}}}});
  CHECK(node_with_host_name(deployment, "metal", "demo-other") == "demo-metal");
  CHECK(node_with_host_name(deployment, "metal", "demo-metal").empty());
  CHECK(node_with_host_name(deployment, "demo-1", "demo-other") == "demo-1");
  CHECK(node_with_host_name(deployment, "demo-metal", "demo-other").empty());
  CHECK(node_with_host_name(deployment, "demo-old", "demo-other").empty());
}

TEST_CASE("of two servers of one plan with one host name the second is told of the first") {
  Planned names;
  CHECK(names.claim_host_name("microstack://a", "metal", "a-1").empty());
  CHECK(names.claim_host_name("microstack://a", "metal", "a-1").empty());
  CHECK(names.claim_host_name("microstack://a", "metal", "a-2") == "a-1");
  CHECK(names.claim_host_name("microstack://b", "metal", "b-1").empty());
}

TEST_CASE("the settings of a hypervisor in HCL are those of the component, one by one") {
  const auto catalogue = Catalogue::load_embedded();
  REQUIRE(catalogue);
  const auto word = [](const terraform::Type& type) -> std::string {
    if (type == terraform::Type::number()) return "number";
    if (type == terraform::Type::boolean()) return "bool";
    if (type == terraform::Type::list(terraform::Type::string())) return "list(string)";
    return type == terraform::Type::string() ? "string" : "something else";
  };
  std::map<std::string, std::string> component, resource;
  for (const auto& one : catalogue->find("compute")->attributes)
    component[one.name] = one.type.empty() ? "string" : one.type;
  for (const auto& one : terraform::model_of<NodeCompute>().schema.attributes)
    if (!one.write_only)  // a secret is no setting
      resource[one.name] = word(one.type);
  CHECK(resource == component);
}

TEST_CASE("a node's own settings and physical networks go before the first node's, which are kept else") {
  const auto catalogue = Catalogue::load_embedded();
  REQUIRE(catalogue);
  Profile control;
  control.components = {{"compute", {{"cpu_mode", "none"}, {"reserved_memory_mib", 1024}}}};
  control.network.physnets = {{"public", "br-ex", "eth9"}};
  NodeModel node;
  node.cluster_id = "microstack://demo@10.0.0.10/0123456789abcdef0123456789abcdef";
  node.name = "demo-2";
  node.roles = terraform::Set<std::string>{{"compute"}};
  const NodeAddresses addresses{"10.0.0.12", "10.1.0.12", "eth1", "eth2"};
  auto profile = profile_of(node, control, *catalogue, addresses);
  REQUIRE(profile.components.size() == 1);
  CHECK(profile.components[0].config == control.components[0].config);
  CHECK(profile.network.physnets.empty());  // no routers' gateways on it

  NodeCompute compute;
  compute.cpu_mode = "host-passthrough";
  compute.cpu_dedicated_set = "4-7";
  compute.hugepages = std::vector<std::string>{"0:2048:64"};
  compute.cpu_allocation_ratio = 1.5;
  node.compute = compute;
  NodeNetwork network;
  PhysicalNetwork one, two;
  one.name = "public", one.bridge = "br-ex", one.interface = "eth3";
  two.name = "storage", two.bridge = "br-st";
  network.physical_networks = std::vector<PhysicalNetwork>{one, two};
  node.network = network;
  profile = profile_of(node, control, *catalogue, addresses);
  CHECK(profile.components[0].config == Json{{"cpu_mode", "host-passthrough"},
                                             {"reserved_memory_mib", 1024},
                                             {"cpu_dedicated_set", "4-7"},
                                             {"hugepages", {"0:2048:64"}},
                                             {"cpu_allocation_ratio", 1.5}});
  REQUIRE(profile.network.physnets.size() == 2);
  CHECK(profile.network.physnets[0].interface == "eth3");
  CHECK(profile.network.physnets[1].interface.empty());
  CHECK_FALSE(profile.network.gateway);
}

TEST_CASE("the key of guests' disks is the node's secret, and is neither a setting nor written down") {
  NodeModel node;
  node.cluster_id = "microstack://demo@10.0.0.10/0123456789abcdef0123456789abcdef";
  node.name = "demo-2";
  node.roles = terraform::Set<std::string>{{"compute"}};
  NodeCompute compute;
  compute.ceph_user = "nova";
  compute.ceph_key = Secret("AQBSdFhjNpc1EBAA==");
  compute.ceph_key_version = 3;
  node.compute = compute;
  CHECK(config_of(node.compute) == Json{{"ceph_user", "nova"}, {"ceph_key_version", 3}});
  CHECK(member_of(node).host.dump().find("AQBS") == std::string::npos);
  CHECK(member_of(node).host["compute"]["ceph_user"] == "nova");
  CHECK(secrets_of(node.compute) == std::map<std::string, std::string>{{"given/ceph", "AQBSdFhjNpc1EBAA=="}});
  CHECK(secrets_of({}).empty());
}

}  // namespace
}  // namespace microstack::provider
