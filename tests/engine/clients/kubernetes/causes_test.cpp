#include "engine/clients/kubernetes/causes.h"

#include <catch2/catch.hpp>

#include "tests/support/kubernetes_api/kubernetes_api.h"

using namespace microstack;
using namespace microstack::kubernetes;
using namespace microstack::testing;

namespace {

// A namespace with a deployment "web" of one pod "web-1"; the states are as a kubelet of 1.33 writes them.
struct World {
  KubernetesApi api;
  Cluster cluster{parse_kubeconfig(api.kubeconfig(), "test").value()};

  World() {
    api.put({{"apiVersion", "apps/v1"},
             {"kind", "Deployment"},
             {"metadata", {{"name", "web"}, {"namespace", "default"}}},
             {"spec", {{"replicas", 1}, {"selector", {{"matchLabels", {{"app", "web"}}}}}}}});
  }
  void pod(const Json& status, const Json& spec = Json::object()) {
    api.put({{"apiVersion", "v1"},
             {"kind", "Pod"},
             {"metadata", {{"name", "web-1"}, {"namespace", "default"}, {"labels", {{"app", "web"}}}}},
             {"spec", spec},
             {"status", status}});
  }
  // A pod with one container in that state.
  void container(Json state, const Json& last = Json::object(), int restarts = 0) {
    pod({{"phase", "Pending"},
         {"containerStatuses",
          {{{"name", "main"},
            {"image", "shop/web:1"},
            {"ready", false},
            {"restartCount", restarts},
            {"state", state},
            {"lastState", last}}}}});
  }
  void event(const std::string& kind, const std::string& name, const std::string& reason,
             const std::string& message) {
    static int number = 0;
    api.put({{"apiVersion", "v1"},
             {"kind", "Event"},
             {"metadata", {{"name", name + "." + std::to_string(++number)}, {"namespace", "default"}}},
             {"involvedObject", {{"kind", kind}, {"name", name}}},
             {"reason", reason},
             {"message", message},
             {"lastTimestamp", "2026-11-22T10:00:0" + std::to_string(number % 10) + "Z"}});
  }
  std::vector<Cause> found() {
    auto list = causes(cluster, "default", {"Deployment", "web"});
    REQUIRE(list);
    return *list;
  }
  Cause only() {
    const auto list = found();
    REQUIRE(list.size() == 1);
    return list.front();
  }
};

}  // namespace

TEST_CASE("a workload whose pods are ready has no cause, and costs two calls and no events") {
  World world;
  world.pod({{"phase", "Running"}, {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}});
  CHECK(world.found().empty());
  CHECK(world.api.requests("GET /api/v1/namespaces/default/events") == 0);
}

TEST_CASE("an image that cannot be pulled is named with the registry's own words") {
  World world;
  world.container(
      {{"waiting", {{"reason", "ImagePullBackOff"}, {"message", "Back-off pulling image \"shop/web:1\""}}}});
  world.event("Pod", "web-1", "Failed", "Failed to pull image \"shop/web:1\": no such host");
  world.event("Pod", "web-1", "Failed", "Error: ErrImagePull");
  const auto cause = world.only();
  CHECK(cause.reason == "ImagePullBackOff");
  CHECK(cause.object == "pod web-1");
  CHECK(cause.container == "main");
  CHECK(cause.what == "the image shop/web:1 cannot be pulled: no such host");
  CHECK_FALSE(cause.fix.empty());
}

TEST_CASE("an image that cannot be pulled is named even when its events are gone") {
  World world;
  world.container({{"waiting", {{"reason", "ImagePullBackOff"}, {"message", "Back-off pulling image"}}}});
  CHECK(world.only().what == "the image shop/web:1 cannot be pulled: Back-off pulling image");
}

TEST_CASE("a pod no node takes says what lacks") {
  World world;
  world.pod({{"phase", "Pending"},
             {"conditions",
              {{{"type", "PodScheduled"},
                {"status", "False"},
                {"reason", "Unschedulable"},
                {"message", "0/1 nodes are available: 1 Insufficient memory."},
                {"lastTransitionTime", "2026-11-22T10:00:00Z"}}}}});
  const auto cause = world.only();
  CHECK(cause.reason == "Unschedulable");
  CHECK(cause.what == "no node takes it: 0/1 nodes are available: 1 Insufficient memory.");
  CHECK(cause.since == "2026-11-22T10:00:00Z");
}

TEST_CASE("a crashing container comes with its exit code and what its last life wrote") {
  World world;
  world.container(
      {{"waiting", {{"reason", "CrashLoopBackOff"}}}},
      {{"terminated", {{"exitCode", 3}, {"reason", "Error"}, {"finishedAt", "2026-11-22T10:00:00Z"}}}}, 5);
  std::string log;
  for (int line = 1; line <= 30; ++line) log += "line " + std::to_string(line) + "\n";
  world.api.set_log("web-1", "main", true, log);
  const auto cause = world.only();
  CHECK(cause.reason == "CrashLoopBackOff");
  CHECK(cause.what == "it ends with exit code 3, restarted 5 times");
  REQUIRE(cause.log.size() == 10);
  CHECK(cause.log.back() == "line 30");
  const auto error = error_of({"Deployment", "web"}, "default", {cause});
  CHECK(error.has_code("CrashLoopBackOff"));
  CHECK_THAT(error.text(), Catch::Contains("deployment web does not run") && Catch::Contains("| line 30"));
}

TEST_CASE("a container over its memory limit is said to be that") {
  World world;
  world.container({{"waiting", {{"reason", "CrashLoopBackOff"}}}},
                  {{"terminated", {{"exitCode", 137}, {"reason", "OOMKilled"}}}}, 1);
  CHECK_THAT(world.only().what, Catch::Contains("more memory than its limit"));
}

TEST_CASE("a pod that waits for its volume names the claim and why it is pending") {
  World world;
  const Json spec = {{"volumes", {{{"name", "db"}, {"persistentVolumeClaim", {{"claimName", "db-web-1"}}}}}}};
  world.pod({{"phase", "Pending"},
             {"conditions",
              {{{"type", "PodScheduled"},
                {"status", "False"},
                {"message", "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims."}}}}},
            spec);
  Json claim = {{"apiVersion", "v1"},
                {"kind", "PersistentVolumeClaim"},
                {"metadata", {{"name", "db-web-1"}, {"namespace", "default"}}},
                {"spec", {{"resources", {{"requests", {{"storage", "5Gi"}}}}}}},
                {"status", {{"phase", "Pending"}}}};
  SECTION("no default storage class") {
    world.api.put(claim);
    const auto cause = world.only();
    CHECK(cause.object == "claim db-web-1");
    CHECK_THAT(cause.what, Catch::Contains("5Gi") && Catch::Contains("no default one"));
  }
  SECTION("a storage class that is not there") {
    claim["spec"]["storageClassName"] = "fast";
    world.api.put(claim);
    CHECK_THAT(world.only().what, Catch::Contains("there is no storage class \"fast\""));
  }
  SECTION("a provisioner that fails") {
    claim["spec"]["storageClassName"] = "fast";
    world.api.put({{"apiVersion", "storage.k8s.io/v1"},
                   {"kind", "StorageClass"},
                   {"metadata", {{"name", "fast"}}},
                   {"provisioner", "shop/disks"}});
    world.api.put(claim);
    world.event("PersistentVolumeClaim", "db-web-1", "ProvisioningFailed", "the pool is full");
    CHECK_THAT(world.only().what, Catch::Contains("shop/disks") && Catch::Contains("the pool is full"));
  }
  SECTION("a claim that was never made") {
    CHECK(world.only().reason == "NotFound");
  }
}

TEST_CASE("a pod that runs and is not ready says what its probe said") {
  World world;
  world.pod({{"phase", "Running"},
             {"conditions", {{{"type", "Ready"}, {"status", "False"}}}},
             {"containerStatuses",
              {{{"name", "main"},
                {"image", "shop/web:1"},
                {"ready", false},
                {"restartCount", 0},
                {"state", {{"running", {{"startedAt", "2026-11-22T10:00:00Z"}}}}}}}}});
  world.event("Pod", "web-1", "Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503");
  const auto cause = world.only();
  CHECK(cause.reason == "NotReady");
  CHECK_THAT(cause.what, Catch::Contains("statuscode: 503"));
}

TEST_CASE("a workload whose pods may not be made says so") {
  World world;
  auto deployment = world.api.at("/apis/apps/v1/namespaces/default/deployments/web");
  deployment["status"]["conditions"] = {{{"type", "ReplicaFailure"},
                                         {"status", "True"},
                                         {"message", "pods \"web-1\" is forbidden: exceeded quota: small"}}};
  world.api.put(deployment);
  const auto cause = world.only();
  CHECK(cause.reason == "QuotaExceeded");
  CHECK_THAT(cause.what, Catch::Contains("exceeded quota: small"));
}

TEST_CASE("a workload that is not there is an error of code NotFound") {
  World world;
  CHECK(causes(world.cluster, "default", {"StatefulSet", "none"}).error().has_code("NotFound"));
  CHECK(causes(world.cluster, "default", {"Pod", "none"}).error().has_code("NotFound"));
}
