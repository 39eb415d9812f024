#include "engine/clients/openstack/session.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "engine/clients/openstack/clouds_yaml.h"
#include "engine/clients/openstack/identity.h"
#include "tests/support/openstack_world/openstack_world.h"

using namespace microstack;
using namespace microstack::openstack;
using microstack::testing::OpenStackWorld;

namespace {

http::Options direct() {
  http::Options options;
  options.use_proxy = false;
  return options;
}

long logins(const OpenStackWorld& world) {
  const auto calls = world.calls();
  return std::count(calls.begin(), calls.end(), "POST /identity/v3/auth/tokens");
}

}  // namespace

TEST_CASE("one login serves many calls of several services") {
  OpenStackWorld world;
  http::Client http(direct());
  Session session(http, world.admin());
  CHECK(session.get("compute", "/os-services"));
  CHECK(session.get("network", "/v2.0/networks"));
  CHECK(session.get("identity", "/projects"));
  CHECK(logins(world) == 1);
}

TEST_CASE("a token that expires soon is renewed before the call") {
  OpenStackWorld world;
  http::Client http(direct());
  Session session(http, world.admin());
  world.token_seconds = 30;
  CHECK(session.get("compute", "/os-services"));
  CHECK(session.get("compute", "/os-services"));
  CHECK(logins(world) == 2);
}

TEST_CASE("a token that the cloud has forgotten is renewed once") {
  OpenStackWorld world;
  http::Client http(direct());
  Session session(http, world.admin());
  CHECK(session.get("compute", "/os-services"));
  world.forget_tokens();
  CHECK(session.get("compute", "/os-services"));
  CHECK(logins(world) == 2);
}

TEST_CASE("a wrong password is an error to ask about, and is not in its text") {
  OpenStackWorld world;
  auto access = world.admin();
  access.password = Secret("guessedwrong");
  http::Client http(direct());
  Session session(http, access);
  const auto answer = session.get("compute", "/os-services");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::ask);
  CHECK_THAT(answer.error().text(), Catch::Contains("as user admin") && Catch::Contains("request req-world"));
  CHECK_THAT(answer.error().text(), !Catch::Contains("guessedwrong"));
}

TEST_CASE("a service that the cloud does not have is named with those it has") {
  OpenStackWorld world;
  http::Client http(direct());
  Session session(http, world.admin());
  const auto answer = session.get("orchestration", "/stacks");
  REQUIRE_FALSE(answer);
  CHECK_THAT(answer.error().text(), Catch::Contains("orchestration") && Catch::Contains("compute, identity"));
}

TEST_CASE("an application credential logs in until it is revoked") {
  OpenStackWorld world;
  http::Client http(direct());
  Session admin(http, world.admin());
  const auto credential = create_application_credential(admin, {.name = "t", .roles = {"member"}});
  REQUIRE(credential);

  Access access;
  access.auth_url = world.auth_url();
  access.application_credential_id = credential->id;
  access.application_credential_secret = credential->secret;
  CHECK(Session(http, access).get("network", "/v2.0/networks"));

  const auto again = create_application_credential(admin, {.name = "t"});
  REQUIRE_FALSE(again);
  CHECK(again.error().has_code("409"));

  REQUIRE(application_credentials(admin)->size() == 1);
  CHECK(revoke_application_credential(admin, credential->id));
  CHECK(revoke_application_credential(admin, credential->id));
  CHECK_FALSE(Session(http, access).get("network", "/v2.0/networks"));
}

TEST_CASE("clouds.yaml holds what a client needs, whatever is in the names") {
  CloudsEntry entry;
  entry.name = "de\"mo";
  entry.auth_url = "https://10.0.0.2:5000/v3";
  entry.region = "RegionOne";
  entry.ca_file = "/etc/ca.pem";
  entry.application_credential_id = "id";
  entry.application_credential_secret = Secret("s3");
  CHECK(clouds_yaml(entry) == R"(clouds:
  "de\"mo":
    auth_type: v3applicationcredential
    auth:
      auth_url: "https://10.0.0.2:5000/v3"
      application_credential_id: "id"
      application_credential_secret: "s3"
    region_name: "RegionOne"
    interface: public
    identity_api_version: 3
    cacert: "/etc/ca.pem"
)");
}
