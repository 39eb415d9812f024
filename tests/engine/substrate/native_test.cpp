// The plan of a node, from the components as they are compiled in. The golden file is written anew where
// MICROSTACK_WRITE_GOLDEN is set.
#include "engine/substrate/native/native.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/catalogue/component_fields.h"
#include "tests/support/fake_host.h"

using namespace microstack;

namespace {

std::string file_text(const std::string& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void require_golden(const std::string& path, const std::string& text) {
  if (std::getenv("MICROSTACK_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  REQUIRE(file_text(path) == text);
}

struct Node {
  Node() : secrets(host, true), tools(host, secrets) {
    auto loaded = Catalogue::load_embedded();
    REQUIRE(loaded);
    catalogue = std::move(*loaded);
    profile.cluster.name = "demo";
    profile.node.name = "demo-1";
    profile.node.roles = {"control", "compute", "network"};
    profile.node.addresses = {{"management", "192.0.2.11"}};
    profile.control = {"192.0.2.10", {"192.0.2.11"}};
    profile.network.physnets = {{"public", "br-ex", "prov0"}};
    profile.network.tunnel_ip = "198.51.100.11";
    profile.network.tunnel_interface = "tun0";
    for (const std::string& name : catalogue.core()) profile.components.push_back({name});
  }
  Result<Plan> plan(native::Stage stage = native::Stage::all) {
    MS_TRY(const Json facts, node_facts(profile, catalogue, Json::object()));
    return native::plan(profile, catalogue, facts, tools, stage);
  }
  FakeHost host;
  Secrets secrets;
  native::Tools tools;
  Catalogue catalogue;
  Profile profile;
};

}  // namespace

TEST_CASE("the plan of a single node is the golden one, and planning touches nothing") {
  Node node;
  const auto plan = node.plan();
  if (!plan) FAIL(plan.error().text());
  CHECK(node.host.calls() == 0);
  require_golden(MS_SOURCE_DIR "/tests/engine/substrate/golden/single-node.txt", plan->text());
}

TEST_CASE("the prepare stage holds what is marked, what it stands on, and no users or endpoints") {
  Node node;
  const auto plan = node.plan(native::Stage::prepare);
  if (!plan) FAIL(plan.error().text());
  const std::string text = plan->text();
  CHECK(text.find("task:keystone/db-sync") != std::string::npos);
  CHECK(text.find("unit:mariadb") != std::string::npos);
  CHECK(text.find("identity:") == std::string::npos);
  CHECK(text.find("unit:nova-api ") == std::string::npos);
}

TEST_CASE("a component that leaves takes its own steps along, and nothing that others stand on") {
  Node node;
  const Profile now = node.profile;
  node.profile.components.push_back({"horizon"});
  const auto facts = [&](const Profile& profile) {
    return node_facts(profile, node.catalogue, Json::object()).value();
  };
  const auto plan =
      native::leaving(node.profile, facts(node.profile), now, facts(now), node.catalogue, node.tools);
  if (!plan) FAIL(plan.error().text());
  CHECK(node.host.calls() == 0);
  const std::string text = plan->text();
  for (const char* gone : {"unit:horizon", "file:/etc/systemd/system/horizon.service", "health:horizon/0"}) {
    INFO(gone);
    CHECK(text.find(gone) != std::string::npos);
  }
  CHECK(text.find(R"({"enabled":["horizon"],"masked":[]})") != std::string::npos);
  for (const char* stays : {"packages", "unit:haproxy", "keystone"}) {
    INFO(stays);
    CHECK(text.find(stays) == std::string::npos);
  }
  const auto nothing =
      native::leaving(now, facts(now), node.profile, facts(node.profile), node.catalogue, node.tools);
  REQUIRE(nothing);
  CHECK(nothing->empty());
}

TEST_CASE("a component that is needed but not in the profile is named") {
  Node node;
  std::erase_if(node.profile.components, [](const auto& c) { return c.name == "mariadb"; });
  const auto plan = node.plan();
  REQUIRE_FALSE(plan);
  CHECK(plan.error().what == "component mariadb is needed on this node but is not in its profile");
}

TEST_CASE(
    "exporters show guests where there are some, the cloud on the control node, and the password's hash to "
    "nobody") {
  Node node;
  node.profile.components.push_back(
      {"exporters", {{"user", "prometheus"}, {"password_hash", "$6$salt$hash"}}});
  const auto all = node.plan();
  if (!all) FAIL(all.error().text());
  CHECK(all->text().find("unit:prometheus-libvirt-exporter") != std::string::npos);
  CHECK(all->text().find("$6$salt$hash") == std::string::npos);

  std::erase_if(node.profile.components, [](const auto& c) { return c.name == "compute"; });
  node.profile.node.roles = {"control", "network"};
  const auto control = node.plan();
  if (!control) FAIL(control.error().text());
  CHECK(control->text().find("unit:prometheus-node-exporter") != std::string::npos);
  CHECK(control->text().find("libvirt") == std::string::npos);
}

TEST_CASE("the editors' schema of a component is the one of the field lists") {
  require_golden(MS_SOURCE_DIR "/schemas/component.schema.json", component_json_schema().dump(2) + "\n");
}
