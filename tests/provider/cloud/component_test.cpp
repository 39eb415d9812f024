#include "provider/resources/component.h"

#include "engine/clients/openstack/collection.h"
#include "provider/resources/external_network.h"
#include "tests/provider/cloud/stage.h"

using namespace microstack;
using namespace microstack::provider;
using Catch::Contains;

namespace {

struct WithCluster : Stage {
  WithCluster()
      : whole(apply(*cluster, {}, config(*cluster, local()))),
        id(whole.find("id")->as_string()),
        dashboard(component_resource(clouds, *clouds.catalogue().find("horizon"))) {}

  Value asked(const Json& set = Json::object()) const {
    Json all = set;
    all["cluster_id"] = id;
    return config(*dashboard, all);
  }
  const Json component(const std::string& name) const {
    return file("deployment.json")["components"].value(name, Json());
  }
  bool in_profile(const std::string& name) const {
    const Json profile = file("profile.json");
    for (const auto& choice : profile["components"])
      if (choice["name"] == name) return true;
    return false;
  }

  Value whole;  // the cluster
  std::string id;
  std::unique_ptr<AnyResource> dashboard;
};

}  // namespace

TEST_CASE_METHOD(WithCluster,
                 "a component is enabled, says where it is, is written down, and taken out again") {
  const auto state = apply(*dashboard, {}, asked());
  REQUIRE(error() == "");
  CHECK(state.find("id")->as_string() == id + "/horizon");
  CHECK(state.find("url")->as_string() == "https://127.0.0.1");
  CHECK(component("horizon") == Json{{"by", "terraform"}, {"config", {{"session_timeout", 3600}}}});
  CHECK(in_profile("horizon"));
  CHECK(in_profile("keystone"));
  const auto seen = read(*dashboard, state);
  CHECK(plan(*dashboard, seen, asked()) == seen);

  CHECK(apply(*dashboard, seen, {}).is_null());
  CHECK(error() == "");
  CHECK(component("horizon").is_null());
  CHECK_FALSE(in_profile("horizon"));
  CHECK(in_profile("keystone"));
  CHECK(read(*dashboard, seen).is_null());
}

TEST_CASE_METHOD(WithCluster, "a component goes along with its cluster, and is not taken out first") {
  const auto state = apply(*dashboard, {}, asked());
  plan_removal(*dashboard, state);  // in Terraform's order, and carried out by another process
  const auto planned = saved;
  plan_removal(*cluster, whole);
  begin_anew();
  saved = planned;
  const int installed = calls("install -");
  CHECK(apply(*dashboard, state, {}).is_null());
  CHECK(error() == "");
  CHECK(calls("install -") == installed);
}

TEST_CASE_METHOD(WithCluster,
                 "what another plan than the cluster's removal takes away is taken out as ever") {
  const auto state = apply(*dashboard, {}, asked());
  plan_removal(*cluster, whole);  // and nobody carries it out
  begin_anew();
  plan_removal(*dashboard, state);
  CHECK(apply(*dashboard, state, {}).is_null());
  CHECK_FALSE(in_profile("horizon"));
}

TEST_CASE_METHOD(WithCluster, "nothing of a planned removal stays when the cluster is gone") {
  plan_removal(*cluster, whole);
  REQUIRE(std::filesystem::exists(folder + "/.config/microstack/demo/leaves"));
  CHECK(apply(*cluster, whole, {}).is_null());
  CHECK(error() == "");
  CHECK_FALSE(std::filesystem::exists(folder + "/.config"));
}

TEST_CASE_METHOD(WithCluster, "another setting is installed and written down") {
  const auto state = apply(*dashboard, {}, asked());
  apply(*dashboard, state, asked({{"session_timeout", 60}}));
  CHECK(error() == "");
  CHECK(component("horizon")["config"]["session_timeout"] == 60);
}

TEST_CASE_METHOD(WithCluster,
                 "a component that somebody else enabled is adopted when equal, else its import is told") {
  apply(*dashboard, {}, asked());
  CHECK_FALSE(apply(*dashboard, {}, asked()).is_null());
  CHECK_THAT(warning(), Contains("was enabled already"));
  CHECK(apply(*dashboard, {}, asked({{"session_timeout", 60}})).is_null());
  CHECK_THAT(error(), Contains("import {") && Contains(id + "/horizon"));
  CHECK(component("horizon")["config"]["session_timeout"] == 3600);
}

TEST_CASE_METHOD(WithCluster, "an imported component plans nothing") {
  apply(*dashboard, {}, asked());
  const auto imported = import(*dashboard, id + "/horizon");
  REQUIRE_FALSE(imported.is_null());
  CHECK(plan(*dashboard, imported, asked()) == imported);
  import(*dashboard, id + "/other");
  CHECK_THAT(error(), Contains("/horizon"));
}

TEST_CASE_METHOD(WithCluster,
                 "an installation that fails leaves no component in the state and none written down") {
  world["fail"] = "a package is away";
  tell();
  CHECK(apply(*dashboard, {}, asked()).is_null());
  CHECK_THAT(error(), Contains("A package is away"));
  CHECK(component("horizon").is_null());
}

TEST_CASE_METHOD(WithCluster, "a component's drift is its own, the cluster's is the rest") {
  const auto state = apply(*dashboard, {}, asked());
  world["differences"] = {
      {{"component", "horizon"}, {"step", "unit:horizon"}, {"text", "unit horizon is failed"}},
      {{"component", "nova"}, {"step", "unit:x"}, {"text", "unit x is failed"}}};
  tell();
  begin_anew();
  CHECK(to_json_text(*read(*dashboard, state).find("drift")) == R"(["unit horizon is failed"])");
}

TEST_CASE_METHOD(WithCluster, "a cloud that is dead keeps its components in the state") {
  const auto state = apply(*dashboard, {}, asked());
  world["dies"] = true;
  tell();
  begin_anew();
  CHECK(read(*dashboard, state) == state);
  CHECK_THAT(warning(), Contains("cannot be looked at"));
}

TEST_CASE_METHOD(WithCluster,
                 "an external network is made, seen missing its subnet, made whole and removed") {
  const auto network = external_network_resource(clouds);
  const auto wanted = config(*network, {{"cluster_id", id},
                                        {"cidr", "172.24.4.0/24"},
                                        {"pool", {{"start", "172.24.4.100"}, {"end", "172.24.4.200"}}}});
  auto state = apply(*network, {}, wanted);
  REQUIRE(error() == "");
  CHECK(state.find("id")->as_string() == id + "/public");
  REQUIRE(openstack.all("subnets").size() == 1);
  CHECK(openstack.all("subnets")[0]["allocation_pools"][0]["start"] == "172.24.4.100");
  state = read(*network, state);
  CHECK(plan(*network, state, wanted) == state);

  const auto admin = clouds.of_id(id).value()->admin();
  REQUIRE(admin);
  REQUIRE(openstack::remove(**admin, openstack::collections::subnets, state.find("subnet_id")->as_string()));
  state = read(*network, state);
  CHECK(to_json_text(*state.find("drift")) == R"(["subnet public-v4 is missing"])");
  state = apply(*network, state, wanted);
  CHECK(openstack.all("subnets").size() == 1);

  CHECK(apply(*network, state, {}).is_null());
  CHECK(openstack.all("networks").empty());
  CHECK(read(*network, state).is_null());
}

TEST_CASE_METHOD(WithCluster,
                 "an external network without addresses on a cluster without a machine asks for them") {
  const auto network = external_network_resource(clouds);
  CHECK(apply(*network, {}, config(*network, {{"cluster_id", id}})).is_null());
  CHECK_THAT(error(), Contains("cidr: The addresses of the external network are not known"));
}
