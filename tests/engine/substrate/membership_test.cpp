// What a node that joins is given, and what the control node does for it, from the components as they are compiled in.
#include "engine/substrate/native/membership.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/steps/certificate.h"
#include "tests/support/fake_host.h"

using namespace microstack;

namespace {

struct Cloud {
  Cloud() : secrets(host, true), tools(host, secrets) {
    auto loaded = Catalogue::load_embedded();
    REQUIRE(loaded);
    catalogue = std::move(*loaded);
  }
  Profile node(const std::string& name, std::vector<std::string> roles) const {
    Profile profile;
    profile.cluster.name = "demo";
    profile.node.name = name;
    profile.node.roles = std::move(roles);
    profile.node.addresses = {{"management", "192.0.2.12"}};
    profile.control = {"192.0.2.10", {"192.0.2.11"}};
    profile.network.tunnel_ip = "198.51.100.12";
    profile.network.tunnel_interface = "tun0";
    profile.network.gateway = profile.has_role("network");
    for (const std::string& component : catalogue.core())
      if (runs_on(*catalogue.find(component), profile.node.roles)) profile.components.push_back({component});
    return profile;
  }
  FakeHost host;
  Secrets secrets;
  native::Tools tools;
  Catalogue catalogue;
};

std::string lines(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all) out += one + "\n";
  return out;
}

void require_golden(const std::string& name, const std::string& text) {
  const std::string path = MS_SOURCE_DIR "/tests/engine/substrate/golden/" + name;
  if (std::getenv("MICROSTACK_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream in(path);
  std::ostringstream there;
  there << in.rdbuf();
  REQUIRE(there.str() == text);
}

}  // namespace

TEST_CASE("joining and leaving of a compute node are the golden ones, and planning them touches nothing") {
  Cloud cloud;
  const auto node = cloud.node("demo-2", {"compute"});
  const auto needed = native::needed(node, cloud.catalogue, cloud.tools);
  const auto joining = native::joining({node}, cloud.catalogue, cloud.tools);
  const auto parting = native::parting({node}, cloud.catalogue, cloud.tools);
  const auto facts = node_facts(node, cloud.catalogue, Json::object());
  REQUIRE(facts);
  const auto own = native::plan(node, cloud.catalogue, *facts, cloud.tools);
  for (const auto* plan : {&joining, &parting, &own})
    if (!*plan) FAIL(plan->error().text());
  if (!needed) FAIL(needed.error().text());
  CHECK(cloud.host.calls() == 0);
  require_golden("compute-node.txt", "# given to the node\n" + lines(*needed) +
                                         "# on the control node, when it joins\n" + joining->text() +
                                         "# on the control node, when it is gone\n" + parting->text() +
                                         "# on the node\n" + own->text());
}

TEST_CASE("a node is given what its own texts hold and nothing else") {
  Cloud cloud;
  const auto compute = native::needed(cloud.node("a", {"compute"}), cloud.catalogue, cloud.tools);
  const auto network = native::needed(cloud.node("b", {"network"}), cloud.catalogue, cloud.tools);
  REQUIRE(compute);
  REQUIRE(network);
  const auto has = [](const std::vector<std::string>& all, const std::string& name) {
    return std::find(all.begin(), all.end(), name) != all.end();
  };
  CHECK(has(*compute, "rabbitmq/openstack"));
  CHECK(has(*compute, "certificate/etc/microstack/tls/chassis"));
  CHECK_FALSE(has(*network, "rabbitmq/openstack"));
  for (const auto* names : {&*compute, &*network})
    for (const char* never : {"ca/authority", "keystone/admin", "keystone/fernet", "nova/db"})
      CHECK_FALSE(has(*names, never));
}

TEST_CASE("a certificate that was handed over is installed, and holds without the authority's key") {
  Cloud cloud;
  const auto node = cloud.node("demo-2", {"compute"});
  const auto given = native::handed_over(node, cloud.catalogue, cloud.tools);
  if (!given) FAIL(given.error().text());

  FakeHost there;
  const CertificateFact fact{"/etc/microstack/tls/chassis", {"192.0.2.12", "demo-2"}, "root", "root", {}};
  {
    Secrets secrets(there, false, *given);
    AuthorityStep authority(there, secrets, "demo", "/etc/microstack/tls/ca.crt");
    CertificateStep certificate(there, secrets, "demo", fact);
    StepContext context;
    REQUIRE(authority.apply(context));
    REQUIRE(certificate.apply(context));
  }
  // Later the node is looked at without anything being given again.
  Secrets secrets(there, false);
  AuthorityStep authority(there, secrets, "demo", "/etc/microstack/tls/ca.crt");
  CertificateStep certificate(there, secrets, "demo", fact);
  StepContext context;
  CHECK(authority.check(context)->holds);
  CHECK(certificate.check(context)->difference == "");
  // Another name needs another certificate, which only a control node can issue.
  CertificateStep renamed(there, secrets, "demo",
                          {"/etc/microstack/tls/chassis", {"192.0.2.99"}, "root", "root", {}});
  CHECK_FALSE(renamed.check(context)->holds);
  const auto refused = renamed.apply(context);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().text().find("a control node issues it") != std::string::npos);
}

TEST_CASE("a key that a person gave the control node is handed over, one that nobody gave it is not drawn") {
  Cloud cloud;
  auto node = cloud.node("demo-2", {"compute"});
  for (auto& choice : node.components)
    if (choice.name == "compute")
      choice.config = {{"ceph_user", "nova"}, {"ceph_secret_uuid", "457eb676-33da-42ec-9a8c-9293d545c337"}};
  const auto without = native::handed_over(node, cloud.catalogue, cloud.tools);
  REQUIRE(without);
  CHECK_FALSE(without->contains("given/ceph"));
  REQUIRE(
      cloud.host.write(cloud.secrets.folder() + "/given/ceph", FileContent{"theirs", 0600, "root", "root"}));
  const auto with = native::handed_over(node, cloud.catalogue, cloud.tools);
  REQUIRE(with);
  CHECK(with->at("given/ceph") == "theirs");
}

TEST_CASE("a control node is not handed secrets: it draws them") {
  Cloud cloud;
  CHECK_FALSE(native::handed_over(cloud.node("demo-2", {"control"}), cloud.catalogue, cloud.tools));
}
