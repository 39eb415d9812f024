#include "engine/clients/kubernetes/preflight.h"

#include <catch2/catch.hpp>

#include "engine/base/hash.h"
#include "tests/support/kubernetes_api/kubernetes_api.h"

using namespace microstack;
using namespace microstack::kubernetes;
using namespace microstack::testing;

namespace {

// A cluster that is ready: a node with a cloud's balancer, and a default storage class.
void make_ready(KubernetesApi& api) {
  api.put({{"apiVersion", "v1"},
           {"kind", "Node"},
           {"metadata", {{"name", "n1"}}},
           {"spec", {{"providerID", "cloud://n1"}}},
           {"status",
            {{"allocatable", {{"cpu", "4"}, {"memory", "8Gi"}}},
             {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}});
  api.put({{"apiVersion", "storage.k8s.io/v1"},
           {"kind", "StorageClass"},
           {"metadata",
            {{"name", "disks"}, {"annotations", {{"storageclass.kubernetes.io/is-default-class", "true"}}}}},
           {"provisioner", "shop/disks"}});
}

std::vector<Finding> look(const std::string& kubeconfig, const Wanted& wanted = {}) {
  auto access = parse_kubeconfig(kubeconfig, "config");
  REQUIRE(access);
  Cluster cluster(*access, {.attempts = 1});
  return preflight(cluster, wanted);
}

Finding only(const std::vector<Finding>& found) {
  REQUIRE(found.size() == 1);
  CHECK_FALSE(found.front().fix.empty());
  return found.front();
}

}  // namespace

TEST_CASE("a ready cluster has no finding") {
  KubernetesApi api;
  make_ready(api);
  CHECK(look(api.kubeconfig(), {.cores = 2, .memory = 4.0 * 1073741824}).empty());
  CHECK(error_of({}, api.url()).ok());
}

TEST_CASE("an expired client certificate is named with its end, not as unauthorized") {
  KubernetesApi api;
  const auto found =
      only(look(api.kubeconfig(api.authority().client("admin", "system:masters", -7200, -3600))));
  CHECK(found.about == "expired");
  CHECK_THAT(found.what, Catch::Contains("O=system:masters, CN=admin") && Catch::Contains("expired at 20"));
}

TEST_CASE("an expired server certificate is named") {
  KubernetesApi api({.certificate_until = -60});
  CHECK(only(look(api.kubeconfig())).about == "expired");
}

TEST_CASE("an authority of another cluster is named, also one of the same name") {
  KubernetesApi api;
  const auto own = Authority("kubernetes").client("admin", "system:masters");
  for (const auto& other : {Authority("kubernetes").pem(), Authority("another").pem()})
    CHECK(only(look(api.kubeconfig(own, other))).about == "wrong-ca");
}

TEST_CASE("a certificate of another authority is not known to the cluster") {
  KubernetesApi api;
  const auto found = only(look(api.kubeconfig(Authority("another").client("admin", "system:masters"))));
  CHECK(found.about == "unauthorized");
}

TEST_CASE("a certificate for another address is named") {
  KubernetesApi api({.certificate_address = "10.9.8.7"});
  CHECK(only(look(api.kubeconfig())).about == "certificate");
}

TEST_CASE("a token that is over, one that is not known, and a user without rights are told apart") {
  KubernetesApi api;
  make_ready(api);
  const auto old = "e30." + to_base64(R"({"exp":1600000000})") + ".sig";
  CHECK(only(look(api.kubeconfig_of_token(old))).about == "expired");
  CHECK(only(look(api.kubeconfig_of_token("guessed"))).about == "unauthorized");
  api.accept_token("good", "robot");
  CHECK(look(api.kubeconfig_of_token("good")).empty());
  api.forbid("robot");
  CHECK(only(look(api.kubeconfig_of_token("good"))).about == "forbidden");
}

TEST_CASE("nobody at the address is named") {
  std::string kubeconfig;
  {
    const KubernetesApi api;
    kubeconfig = api.kubeconfig();
  }
  CHECK(only(look(kubeconfig)).about == "unreachable");
}

TEST_CASE("an old version is named with what is needed") {
  KubernetesApi api;
  make_ready(api);
  api.set_version("v1.9.3");
  const auto found = only(look(api.kubeconfig()));
  CHECK(found.about == "version");
  CHECK_THAT(found.what, Catch::Contains("v1.9.3") && Catch::Contains("1.28"));
}

TEST_CASE("storage: no class, no default one, one that is not there, one that provisions nothing") {
  KubernetesApi api;
  make_ready(api);
  const std::string path = "/apis/storage.k8s.io/v1/storageclasses/disks";
  auto disks = api.at(path);
  CHECK_THAT(only(look(api.kubeconfig(), {.storage_class = "fast"})).what,
             Catch::Contains("no storage class fast"));
  disks["provisioner"] = "kubernetes.io/no-provisioner";
  api.put(disks);
  CHECK_THAT(only(look(api.kubeconfig())).what, Catch::Contains("disks provisions nothing"));
  disks["metadata"].erase("annotations");
  api.put(disks);
  CHECK_THAT(only(look(api.kubeconfig())).what,
             Catch::Contains("none of the storage classes (disks) is the default"));
  api.erase(path);
  const auto none = only(look(api.kubeconfig()));
  CHECK(none.about == "storage");
  CHECK_THAT(none.what, Catch::Contains("has no storage class"));
  CHECK(look(api.kubeconfig(), {.storage = false}).empty());
}

TEST_CASE("capacity is what ready nodes have left beside the pods that run there") {
  KubernetesApi api;
  make_ready(api);
  api.put({{"apiVersion", "v1"},
           {"kind", "Pod"},
           {"metadata", {{"name", "big"}, {"namespace", "default"}}},
           {"spec",
            {{"nodeName", "n1"},
             {"containers",
              {{{"name", "a"}, {"resources", {{"requests", {{"cpu", "3"}, {"memory", "6Gi"}}}}}}}}}},
           {"status", {{"phase", "Running"}}}});
  const double gib = 1073741824;
  CHECK(look(api.kubeconfig(), {.cores = 1, .memory = 2 * gib}).empty());
  const auto found = look(api.kubeconfig(), {.cores = 2, .memory = 3 * gib});
  REQUIRE(found.size() == 2);
  CHECK(found[0].about == "capacity");
  CHECK(found[0].what == "its one node has 1 core free, and 2 cores are needed");
  CHECK_THAT(found[1].what, Catch::Contains("2.0 GiB of memory free"));
}

TEST_CASE("nodes that take no pods are named with the reason") {
  KubernetesApi api;
  make_ready(api);
  auto node = api.at("/api/v1/nodes/n1");
  node["spec"]["unschedulable"] = true;
  api.put(node);
  CHECK_THAT(only(look(api.kubeconfig())).what, Catch::Contains("n1 is cordoned"));
  api.erase("/api/v1/nodes/n1");
  CHECK(look(api.kubeconfig()).front().what == "the cluster has no node");
}

TEST_CASE("a cluster that gives no addresses to load balancers is named, unless one got an address") {
  KubernetesApi api;
  make_ready(api);
  auto node = api.at("/api/v1/nodes/n1");
  node["spec"] = Json::object();
  api.put(node);
  CHECK(only(look(api.kubeconfig())).about == "load-balancer");
  CHECK(look(api.kubeconfig(), {.load_balancer = false}).empty());
  Json service = {{"apiVersion", "v1"},
                  {"kind", "Service"},
                  {"metadata", {{"name", "front"}, {"namespace", "default"}}},
                  {"spec", {{"type", "LoadBalancer"}}}};
  api.put(service);
  CHECK_THAT(only(look(api.kubeconfig())).what, Catch::Contains("one waits for it already"));
  service["status"]["loadBalancer"]["ingress"] = {{{"ip", "10.0.0.9"}}};
  api.put(service);
  CHECK(look(api.kubeconfig()).empty());
}

TEST_CASE("findings that block become one error with the cure of each") {
  const auto status =
      error_of({{"storage", true, "no disk", "get one"}, {"nodes", false, "one is down", "mend it"}},
               "https://a", {"kubernetes", "kubeconfig"});
  REQUIRE_FALSE(status);
  CHECK(status.error().attribute == std::vector<std::string>{"kubernetes", "kubeconfig"});
  CHECK(status.error().has_code("storage"));
  CHECK_THAT(status.error().text(), Catch::Contains("no disk; get one") && !Catch::Contains("one is down"));
}
