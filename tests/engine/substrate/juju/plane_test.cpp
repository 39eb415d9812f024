// What hypervisors are told by charms, over the test controller, whose charms answer as their sources have it.
#include "engine/substrate/juju/plane.h"

#include <catch2/catch.hpp>

#include "engine/host/local_host.h"
#include "engine/steps/certificate.h"
#include "tests/support/juju_controller/disturbed_world.h"

using namespace microstack;
using Catch::Contains;

namespace {

const juju::Limit limit = juju::Limit::of(std::chrono::seconds(60));

struct Charms {
  Charms() : tools(world.controller(), "openstack") {
    tools.poll = std::chrono::milliseconds(1);
    world.add_model();
    world.add_application("keystone", "keystone-k8s");
    world.add_application("rabbitmq", "rabbitmq-k8s");
    world.add_application("ovn-relay", "ovn-relay-k8s");
    world.add_application("certificate-authority", "self-signed-certificates");
    auto made = make_authority("Charms");
    REQUIRE(made);
    authority = *made;
    // Charms leave the last line's end out.
    const auto stripped = authority.certificate.substr(0, authority.certificate.size() - 1);
    tell(
        {{"keystone",
          {{"internal", "http://192.0.2.11:80/openstack-keystone"},
           {"public", "http://192.0.2.12:80/openstack-keystone"},
           {"admin-password", "a"},
           {"service-password", "account-password"},
           {"ca", stripped}}},
         {"rabbitmq", {{"address", "192.0.2.13"}, {"password", "queue-password"}}},
         {"ovn-relay", {{"address", "192.0.2.14"}}},
         {"certificate-authority", {{"ca-certificate", stripped}, {"private-key", authority.key.reveal()}}}});
  }
  void tell(const Json& services) {
    world.server().with([&](testing::World& all) { all.story.services = services; });
  }

  testing::DisturbedWorld world;
  charmed::Tools tools;
  KeyPair authority;
};

Profile node_of(const Profile::Plane& plane) {
  Profile profile;
  profile.cluster.name = "demo";
  profile.node = {"demo-2", {"compute"}, {{"management", "192.0.2.2"}}};
  profile.network.tunnel_ip = "192.0.2.2";
  profile.network.gateway = false;
  profile.control.plane = plane;
  for (const char* component : {"certificates", "messaging", "chassis", "compute"})
    profile.components.push_back({component});
  return profile;
}

}  // namespace

TEST_CASE(
    "a hypervisor is told its accounts, where the parts are, and gets certificates of the charms' "
    "authority") {
  Charms charms;
  const auto said = charmed::for_hypervisors(charms.tools, limit);
  if (!said) FAIL(said.error().text());
  const auto& plane = said->plane;
  CHECK(plane.identity_url == "http://192.0.2.11:80/openstack-keystone/v3");
  CHECK(plane.user == "microstack-hypervisor");
  CHECK(plane.user_domain == "service_domain");
  CHECK(plane.project == "services");
  CHECK(plane.queue_host == "192.0.2.13");
  CHECK(plane.queue_port == 5672);
  CHECK(plane.queue_vhost == "openstack");
  CHECK_FALSE(plane.queue_tls);
  CHECK(plane.southbound == "ssl:192.0.2.14:6642");
  CHECK(charms.world.server().violations().empty());

  auto catalogue = Catalogue::load_embedded();
  REQUIRE(catalogue);
  auto given = said->given;
  const auto node = node_of(plane);
  const auto lacking = native::handed_over(node, *catalogue, given);
  REQUIRE_FALSE(lacking);
  CHECK_THAT(lacking.error().text(), Contains("neutron/metadata"));
  given.secrets["neutron/metadata"] = "of this node";
  const auto secrets = native::handed_over(node, *catalogue, given);
  if (!secrets) FAIL(secrets.error().text());
  CHECK(secrets->at("nova/identity") == "account-password");
  CHECK(secrets->at("rabbitmq/openstack") == "queue-password");
  CHECK(secrets->at(authority_certificate_secret) ==
        charms.authority.certificate + charms.authority.certificate);
  const auto& pair = secrets->at("certificate/etc/microstack/tls/chassis");
  const auto split = pair.find("-----BEGIN CERTIFICATE");
  CHECK(certificate_flaw(pair.substr(split), pair.substr(0, split), charms.authority.certificate,
                         {"demo-2", "192.0.2.2"}, std::chrono::hours(24)) == "");
  CHECK_FALSE(secrets->contains("ca/authority"));

  // The profile is one that microstack-hypervisor takes, and its plan runs the node's own metadata API.
  auto whole = node;
  whole.secrets = *secrets;
  const auto read = profile_from_json(to_json(whole));
  if (!read) FAIL(read.error().text());
  const auto facts = node_facts(*read, *catalogue, Json::object());
  REQUIRE(facts);
  LocalHost host;
  Secrets none(host, false);
  native::Tools tools(host, none);
  const auto plan = native::plan(*read, *catalogue, *facts, tools);
  if (!plan) FAIL(plan.error().text());
  CHECK_THAT(plan->text(),
             Contains("unit:nova-metadata") && Contains(R"("ovn-remote":"ssl:192.0.2.14:6642")"));
}

TEST_CASE("an authority that does not tell its key, a charm without a leader and one that fails are named") {
  Charms charms;
  SECTION("the authority") {
    charms.world.server().with(
        [](testing::World& all) { all.story.services.erase("certificate-authority"); });
    const auto said = charmed::for_hypervisors(charms.tools, limit);
    REQUIRE_FALSE(said);
    CHECK_THAT(said.error().text(),
               Contains("self-signed-certificates") && Contains("active-ca-certificates"));
  }
  SECTION("no leader") {
    charms.world.server().with([](testing::World& all) {
      for (auto& [number, unit] : all.model_named("openstack").application("keystone").units)
        unit.leader = false;
    });
    const auto said = charmed::for_hypervisors(charms.tools, limit);
    REQUIRE_FALSE(said);
    CHECK_THAT(said.error().text(), Contains("keystone has no leader yet"));
  }
  SECTION("a failing action") {
    charms.world.server().with([](testing::World& all) {
      all.story.actions["get-southbound-db-url"] = {"failed", "no address yet", {}};
    });
    const auto said = charmed::for_hypervisors(charms.tools, limit);
    REQUIRE_FALSE(said);
    CHECK_THAT(said.error().text(), Contains("get-southbound-db-url") && Contains("no address yet"));
  }
}
