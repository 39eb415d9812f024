// Clusters and components with substrate = "juju", over the test controller.
#include "provider/data/sources.h"
#include "provider/ephemeral/credentials.h"
#include "provider/ephemeral/kubeconfig.h"
#include "provider/resources/by_substrate.h"
#include "provider/resources/cluster.h"
#include "provider/resources/component.h"
#include "provider/resources/juju_cluster.h"
#include "provider/resources/juju_component.h"
#include "tests/provider/cloud/asking.h"
#include "tests/support/juju_controller/disturbed_world.h"
#include "tests/support/kubernetes_api/kubernetes_api.h"
#include "tests/support/openstack_world/openstack_world.h"

using namespace microstack;
using namespace microstack::provider;
using Catch::Contains;
using microstack::testing::World;

namespace {

struct Charmed : Asking {
  Charmed() {
    auto& server = world.server();
    ::setenv("MICROSTACK_JUJU_ADDRESSES", server.address().c_str(), 1);
    ::setenv("MICROSTACK_JUJU_CA", server.ca_pem().c_str(), 1);
    ::setenv("MICROSTACK_JUJU_USER", "admin", 1);
    ::setenv("MICROSTACK_JUJU_PASSWORD", "admin-password", 1);
    ::setenv("MICROSTACK_HYPERVISOR", "/bin/true", 1);
    clouds.elsewhere = [this](const std::string& id) { return charmed.any(id, {}); };
  }
  ~Charmed() { world.server().refuse.clear(); }

  std::unique_ptr<AnyResource> component(const std::string& name) {
    const auto& found = *clouds.catalogue().find(name);
    auto native = component_resource(clouds, found);
    auto juju = juju_component_resource(charmed, found, native->schema());
    return by_substrate(std::move(native), std::move(juju));
  }
  Value asked(Json juju = nullptr, Json more = Json::object()) const {
    more["name"] = "openstack";
    more["substrate"] = "juju";
    if (!juju.is_null()) more["juju"] = juju;
    return config(*cluster, more);
  }
  Value made(const Value& asked) {
    auto state = apply(*cluster, {}, asked);
    INFO(error());
    REQUIRE_FALSE(said.has_error());
    return state;
  }
  template <class What>
  void with(What&& what) {
    world.server().with([&](World& all) { what(all.models.begin()->second); });
  }
  std::vector<std::string> drift(const Value& state) const {
    std::vector<std::string> texts;
    for (const auto& text : state.find("drift")->items()) texts.push_back(text.as_string());
    return texts;
  }

  testing::DisturbedWorld world;
  Clouds clouds{Catalogue::load_embedded().value()};
  JujuClouds charmed{clouds.catalogue(), testing::quick_session()};
  std::unique_ptr<AnyResource> cluster =
      by_substrate(cluster_resource(clouds), juju_cluster_resource(charmed));
};

}  // namespace

TEST_CASE_METHOD(Charmed, "a cluster on Juju is made, stays as it is, shows drift, is repaired and removed") {
  const auto state = made(asked());
  CHECK_THAT(state.find("id")->as_string(), Catch::StartsWith("juju://"));
  CHECK(state.find("clouds_yaml_path")->is_null());
  const auto seen = read(*cluster, state);
  CHECK(warning() == "");
  CHECK(drift(seen).empty());
  CHECK(plan(*cluster, seen, asked()) == seen);

  with([](auto& model) { model.application("keystone").config["region"] = "Elsewhere"; });
  const auto drifted = read(*cluster, seen);
  REQUIRE(drift(drifted).size() == 1);
  CHECK_THAT(drift(drifted)[0], Contains("region of keystone"));
  CHECK_FALSE(plan(*cluster, drifted, asked()) == drifted);
  const auto repaired = apply(*cluster, drifted, asked());
  CHECK(error() == "");
  CHECK(drift(read(*cluster, repaired)).empty());

  CHECK(apply(*cluster, repaired, {}).is_null());
  CHECK(error() == "");
  CHECK(read(*cluster, repaired).is_null());
}

TEST_CASE_METHOD(Charmed,
                 "features join the cloud, and each other whichever comes last, and leave it again") {
  const auto state = made(asked());
  const auto telemetry = component("telemetry"), watcher = component("watcher");
  const auto of_cluster = [&](const AnyResource& resource) {
    return config(resource, {{"cluster_id", state.find("id")->as_string()}});
  };
  const auto first = apply(*watcher, {}, of_cluster(*watcher));
  CHECK(error() == "");
  const auto second = apply(*telemetry, {}, of_cluster(*telemetry));
  CHECK(error() == "");
  with([](auto& model) {
    CHECK(model.application("watcher").config["enable-telemetry-notifications"] == Json(true));
  });
  const auto seen = read(*telemetry, second);
  CHECK(plan(*telemetry, seen, of_cluster(*telemetry)) == seen);
  CHECK(drift(read(*watcher, first)).empty());

  CHECK(apply(*telemetry, second, {}).is_null());
  CHECK(error() == "");
  CHECK(read(*telemetry, second).is_null());
  with([](auto& model) {
    CHECK_FALSE(model.applications.contains("ceilometer"));
    CHECK(model.applications.contains("watcher"));
  });
}

TEST_CASE_METHOD(Charmed, "a slip in the settings is told at its attribute before anything is done") {
  plan(*cluster, {}, asked({{"scale", {{"novaa", 2}}}}));
  CHECK_THAT(error(), Contains("juju") && Contains("here is no application novaa"));
  const auto refused =
      config(*cluster, {{"name", "openstack"}, {"substrate", "juju"}, {"domain", "a.example"}});
  Call call("validate");
  validate_config(*cluster, refused, call);
  REQUIRE(call.diagnostics().has_error());
  CHECK(call.diagnostics().all()[0].path.text() == "domain");
  world.server().with([](World& all) { CHECK(all.models.empty()); });
}

TEST_CASE_METHOD(Charmed, "what a substrate does not have is refused in the plan, at its attribute") {
  const auto state = made(asked());
  const auto dashboard = component("horizon"), telemetry = component("telemetry");
  const auto id = state.find("id")->as_string();
  plan(*dashboard, {}, config(*dashboard, {{"cluster_id", id}, {"session_timeout", 60}}));
  CHECK_THAT(error(), Catch::StartsWith("session_timeout: "));
  const auto there =
      apply(*dashboard, {}, config(*dashboard, {{"cluster_id", id}}));  // it is part of the core
  CHECK(error() == "");
  CHECK(drift(read(*dashboard, there)).empty());
  plan(*telemetry, {}, config(*telemetry, {{"cluster_id", "microstack://demo@10.85.0.10/0123456789abcdef"}}));
  CHECK_THAT(error(), Catch::StartsWith("cluster_id: "));
}

TEST_CASE_METHOD(Charmed, "health tells what differs and which unit is not active") {
  const auto state = made(asked());
  const auto source = health_source(clouds, charmed);
  const auto look = [&] {
    Call call("read");
    return read_data_source(*source, config(*source, {{"cluster_id", state.find("id")->as_string()}}), call);
  };
  CHECK(look().find("healthy")->as_bool());
  world.server().with([](World& all) { all.story.held["nova/0"] = {"blocked", "no database"}; });
  with([](auto& model) { model.application("keystone").config["region"] = "Elsewhere"; });
  const auto ill = look();
  CHECK_FALSE(ill.find("healthy")->as_bool());
  CHECK_THAT(to_json_text(*ill.find("problems")),
             Contains("region of keystone") && Contains("nova/0 is blocked: no database"));
}

TEST_CASE_METHOD(Charmed, "a pinned revision that somebody refreshed is drift, and is pinned again") {
  const auto pinned = asked({{"revisions", {{"keystone", 7}}}});
  const auto state = made(pinned);
  CHECK(drift(read(*cluster, state)).empty());
  with([](auto& model) { model.application("keystone").charm.revision = 9; });
  const auto drifted = read(*cluster, state);
  REQUIRE(drift(drifted).size() == 1);
  CHECK(drift(drifted)[0] == "keystone has revision 9, not 7");
  const auto repaired = apply(*cluster, drifted, pinned);
  CHECK(error() == "");
  with([](auto& model) { CHECK(model.application("keystone").charm.revision == 7); });
  CHECK(drift(read(*cluster, repaired)).empty());
}

TEST_CASE_METHOD(Charmed, "a setting that is taken back is the charm's default again") {
  const auto state = made(asked({{"config", {{"nova", {{"debug", "true"}}}}}}));
  const auto back = apply(*cluster, state, asked());
  CHECK(error() == "");
  with([](auto& model) { CHECK_FALSE(model.application("nova").config.contains("debug")); });
  CHECK(drift(read(*cluster, back)).empty());
}

TEST_CASE_METHOD(Charmed, "a model that holds another cluster is not touched, and can be imported") {
  const auto state = made(asked());
  const auto id = state.find("id")->as_string();
  CHECK(apply(*cluster, {}, asked({{"scale", {{"nova", 3}}}})).is_null());
  CHECK_THAT(error(), Contains("holds another cluster already") && Contains(id));
  with([](auto& model) { CHECK(model.application("nova").units.size() == 1); });
  const auto imported = import(*cluster, id);
  CHECK(error() == "");
  const auto after = plan(*cluster, imported, asked());
  CHECK(drift(after).empty());
  CHECK(after.find("juju")->is_null());
}

TEST_CASE_METHOD(Charmed, "a refusal is said, and the next apply finishes") {
  world.server().refuse["Application.AddRelation"] = {"permission denied", "unauthorized access"};
  CHECK(apply(*cluster, {}, asked()).is_null());
  CHECK_THAT(error(), Contains("permission denied") && Contains("the next apply goes on"));
  world.server().refuse.clear();
  CHECK(drift(read(*cluster, made(asked()))).empty());
}

TEST_CASE_METHOD(Charmed, "a model that is being destroyed is gone for Terraform, and said so") {
  const auto state = made(asked());
  with([](auto& model) { model.life = "dying"; });
  CHECK(read(*cluster, state).is_null());
  CHECK_THAT(warning(), Contains("being destroyed"));
}

namespace {

// The controller's cloud is a Kubernetes API that answers.
struct OnKubernetes : Charmed {
  OnKubernetes() {
    kubernetes.accept_token("a-token", "admin");
    charmed.patience = std::chrono::milliseconds(200);
    world.server().with([&](World& all) {
      all.clouds["kube"]["endpoint"] = kubernetes.url();
      all.clouds["kube"]["ca-certificates"] = {kubernetes.authority().pem()};
      all.credentials["cloudcred-kube_admin_kube"]["attrs"]["Token"] = "a-token";
    });
  }
  testing::KubernetesApi kubernetes;
};

}  // namespace

TEST_CASE_METHOD(OnKubernetes,
                 "the kubeconfig of a cluster opens its Kubernetes, and a native cluster has none") {
  const auto state = made(asked());
  const auto ephemeral = kubeconfig_ephemeral(charmed);
  Call call("open");
  Lease lease;
  const auto opened = open_ephemeral(
      *ephemeral, config(*ephemeral, {{"cluster_id", state.find("id")->as_string()}}), lease, call);
  REQUIRE_FALSE(call.diagnostics().has_error());
  CHECK(lease.saved.empty());
  CHECK(opened.find("namespace")->as_string() == "openstack");
  CHECK(opened.find("client_key")->is_null());
  auto access = kubernetes::parse_kubeconfig(opened.find("kubeconfig")->as_string(), "kubeconfig");
  REQUIRE(access);
  kubernetes::Cluster there(*access);
  CHECK(there.get("/version"));

  Call other("open");
  open_ephemeral(*ephemeral,
                 config(*ephemeral, {{"cluster_id", "microstack://demo@10.85.0.10/0123456789abcdef"}}), lease,
                 other);
  REQUIRE(other.diagnostics().has_error());
  CHECK(other.diagnostics().all()[0].path.text() == "cluster_id");
}

TEST_CASE_METHOD(OnKubernetes,
                 "a unit that stays blocked is named with its message, its pod's reason and its last lines") {
  world.server().with([](World& all) { all.story.held["nova/0"] = {"blocked", "no database"}; });
  kubernetes.put(
      {{"apiVersion", "v1"},
       {"kind", "Pod"},
       {"metadata", {{"name", "nova-0"}, {"namespace", "openstack"}}},
       {"status",
        {{"phase", "Running"},
         {"containerStatuses",
          Json::array({{{"name", "nova-api"},
                        {"ready", false},
                        {"restartCount", 4},
                        {"state", {{"waiting", {{"reason", "CrashLoopBackOff"}}}}},
                        {"lastState", {{"terminated", {{"exitCode", 1}, {"reason", "Error"}}}}}}})}}}});
  kubernetes.set_log("nova-0", "nova-api", true, "Traceback\nAccess denied for user nova\n");
  CHECK(apply(*cluster, {}, asked()).is_null());
  CHECK_THAT(error(), Contains("nova/0 is blocked: no database, since ") &&
                          Contains("it ends with exit code 1") && Contains("Access denied for user nova"));
  world.server().with([](World& all) { all.story.held.clear(); });
  CHECK(drift(read(*cluster, made(asked()))).empty());
}

namespace {

// Behind the charms is an OpenStack, and Kubernetes knows the load balancer of the queue.
struct WithServices : OnKubernetes {
  WithServices() {
    kubernetes.put({{"apiVersion", "v1"},
                    {"kind", "Service"},
                    {"metadata", {{"name", "rabbitmq-lb"}, {"namespace", "openstack"}}},
                    {"spec", {{"type", "LoadBalancer"}, {"ports", Json::array({{{"port", 5672}}})}}},
                    {"status", {{"loadBalancer", {{"ingress", Json::array({{{"ip", "192.0.2.40"}}})}}}}}});
    const auto admin = openstack.admin();
    const auto authority = make_authority("Charms");
    REQUIRE(authority);
    auto url = openstack.auth_url();
    world.server().with([&](World& all) {
      all.story.services = {
          {"keystone",
           {{"internal", url},
            {"public", url},
            {"admin-password", admin.password.reveal()},
            {"admin-domain", admin.user_domain},
            {"service-password", "s"}}},
          {"rabbitmq", {{"address", "10.152.183.9"}, {"password", "q"}}},
          {"ovn-relay", {{"address", "192.0.2.41"}}},
          {"certificate-authority",
           {{"ca-certificate", authority->certificate}, {"private-key", authority->key.reveal()}}}};
    });
  }
  testing::OpenStackWorld openstack;
};

}  // namespace

TEST_CASE_METHOD(WithServices,
                 "a charmed cloud is joined by nodes: its record keeps them, its charms say what they need") {
  const auto id = made(asked()).find("id")->as_string();
  const auto cloud = clouds.any(id);
  if (!cloud) FAIL(cloud.error().text());
  CHECK((*cloud)->name() == "openstack");
  const auto control = (*cloud)->profile();
  REQUIRE(control);
  REQUIRE(control->has_value());
  auto node = **control;
  node.node = {"h1", {"compute"}, {{"management", "192.0.2.2"}}};
  node.network.gateway = false;
  std::erase_if(node.components, [&](const auto& choice) {
    return !runs_on(*clouds.catalogue().find(choice.name), node.node.roles);
  });
  auto again = node;
  const auto joined = (*cloud)->join(node, {});
  if (!joined) FAIL(joined.error().text());
  CHECK(node.control.plane.queue_host ==
        "192.0.2.40");  // that of the load balancer, not of the charm's other service
  CHECK(node.secrets.at("rabbitmq/openstack") == "q");
  const auto calls = world.server().counts()["Action.EnqueueOperation"];
  REQUIRE((*cloud)->join(again, {}));
  CHECK(again.secrets.at("neutron/metadata") == node.secrets.at("neutron/metadata"));
  CHECK(world.server().counts()["Action.EnqueueOperation"] == calls);

  REQUIRE((*cloud)->edit_deployment(
      [](const auto& there) -> Json {
        REQUIRE(there);
        return {{"members", {{"h1", {{"name", "h1"}, {"roles", {"compute"}}, {"address", "192.0.2.2"}}}}}};
      },
      {}));
  const auto recorded = (*cloud)->deployment();
  REQUIRE(recorded);
  CHECK((*recorded)->members.at("h1").address == "192.0.2.2");
  const auto services = (*cloud)->compute_services({});
  if (!services) FAIL(services.error().text());
  CHECK(services->size() == 2);
  CHECK(world.server().violations().empty());
}

TEST_CASE_METHOD(WithServices, "credentials of a charmed cloud are made by keystone's word and revoked") {
  const auto id = made(asked()).find("id")->as_string();
  const auto ephemeral = credentials_ephemeral(clouds);
  Call call("open");
  Lease lease;
  const auto opened = open_ephemeral(*ephemeral, config(*ephemeral, {{"cluster_id", id}}), lease, call);
  for (const auto& one : call.diagnostics().all()) INFO(one.summary + one.detail);
  REQUIRE_FALSE(call.diagnostics().has_error());
  CHECK(opened.find("auth_url")->as_string() == openstack.auth_url());
  CHECK(opened.find("application_credential_id")->as_string() == lease.saved.at("id"));
  Call closing("close");
  CHECK(ephemeral->close(lease, closing));
}
