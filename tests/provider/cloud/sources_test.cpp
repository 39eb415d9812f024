#include "provider/data/sources.h"

#include "provider/ephemeral/credentials.h"
#include "tests/provider/cloud/stage.h"

using namespace microstack;
using namespace microstack::provider;
using Catch::Contains;

namespace {

struct WithCluster : Stage {
  WithCluster() : id(made_cluster()) {}

  Value look(AnyDataSource& source, const Json& set) {
    Call call("look");
    Value out = read_data_source(source, config(source, set), call);
    said = call.diagnostics();
    return out;
  }

  std::string id;
};

}  // namespace

TEST_CASE_METHOD(WithCluster, "the cluster's data are those of the resource") {
  const auto source = cluster_source(clouds);
  const auto data = look(*source, {{"id", id}});
  REQUIRE(error() == "");
  CHECK(data.find("name")->as_string() == "demo");
  CHECK(data.find("auth_url")->as_string() == openstack.auth_url());
  CHECK(data.find("catalogue_version")->as_string() == "c1");
}

TEST_CASE_METHOD(WithCluster, "an id with another fingerprint is refused, with the right one") {
  const auto source = cluster_source(clouds);
  look(*source, {{"id", "microstack://demo@127.0.0.1/00000000000000000000000000000000"}});
  CHECK_THAT(error(), Contains("Another cluster of that name") && Contains(id));
}

TEST_CASE_METHOD(WithCluster, "health names what is wrong, and a dead cloud is no error") {
  JujuClouds charmed(clouds.catalogue());
  const auto source = health_source(clouds, charmed);
  world["differences"] = {{{"component", "nova"}, {"step", "unit:x"}, {"text", "unit x is failed"}}};
  tell();
  begin_anew();
  auto health = look(*source, {{"cluster_id", id}});
  CHECK(error() == "");
  CHECK_FALSE(health.find("healthy")->as_bool());
  CHECK_THAT(to_json_text(*health.find("problems")), Contains("unit x is failed"));

  world["dies"] = true;
  tell();
  begin_anew();
  health = look(*source, {{"cluster_id", id}});
  CHECK(error() == "");
  CHECK_FALSE(health.find("healthy")->as_bool());
}

TEST_CASE_METHOD(WithCluster, "credentials are made for a while, in no state, and revoked at the end") {
  const auto ephemeral = credentials_ephemeral(clouds);
  const auto before = openstack.all("application_credentials").size();
  Lease lease;
  Call call("open");
  const auto result = open_ephemeral(
      *ephemeral, config(*ephemeral, {{"cluster_id", id}, {"lifetime_seconds", 60}}), lease, call);
  REQUIRE_FALSE(call.diagnostics().has_error());
  CHECK(result.find("auth_url")->as_string() == openstack.auth_url());
  CHECK(openstack.all("application_credentials").size() == before + 1);
  const auto made = openstack.all("application_credentials").back();
  CHECK(made["expires_at"].is_string());
  for (const auto& [key, value] : lease.saved) CHECK(value != made["secret"]);
  REQUIRE(ephemeral->close(lease, call));
  CHECK(openstack.all("application_credentials").size() == before);
}
