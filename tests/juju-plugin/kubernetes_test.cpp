// What --kubeconfig adds: a look before anything is made, and why a pod does not run.
#include "tests/juju-plugin/juju_stage.h"
#include "tests/support/kubernetes_api/kubernetes_api.h"

using namespace microstack;
using namespace microstack::plugin;

namespace {

struct Kubernetes {
  testing::KubernetesApi api;

  Kubernetes() {
    api.put({{"apiVersion", "v1"},
             {"kind", "Node"},
             {"metadata", {{"name", "n1"}}},
             {"spec", {{"providerID", "cloud://n1"}}},
             {"status",
              {{"allocatable", {{"cpu", "4"}, {"memory", "8Gi"}}},
               {"addresses", {{{"type", "InternalIP"}, {"address", "192.0.2.7"}}}},
               {"conditions", {{{"type", "Ready"}, {"status", "True"}}}}}}});
  }
  void add_storage() {
    api.put(
        {{"apiVersion", "storage.k8s.io/v1"},
         {"kind", "StorageClass"},
         {"metadata",
          {{"name", "disks"}, {"annotations", {{"storageclass.kubernetes.io/is-default-class", "true"}}}}},
         {"provisioner", "shop/disks"}});
  }
  std::string kubeconfig(const JujuStage& stage) const {
    const auto path = stage.folder.path + "/kubeconfig";
    REQUIRE(write_file(path, api.kubeconfig(), 0600));
    return path;
  }
};

}  // namespace

TEST_CASE("a Kubernetes without storage is named before anything is made in it") {
  JujuStage stage;
  Kubernetes kubernetes;
  const auto ran = stage.run({"deploy", "--kubeconfig", kubernetes.kubeconfig(stage)});
  CHECK(ran.code == 4);
  CHECK_THAT(ran.err, Catch::Contains("storage"));
  CHECK(stage.applications() == 0);
}

TEST_CASE("a pod that cannot pull its image is the reason on the screen, beside the nodes") {
  JujuStage stage;
  Kubernetes kubernetes;
  kubernetes.add_storage();
  const auto kubeconfig = kubernetes.kubeconfig(stage);
  const auto deployed = stage.run({"deploy", "--kubeconfig", kubeconfig});
  INFO(deployed.err);
  REQUIRE(deployed.code == 0);
  controller().with([](testing::World& world) {
    world.story.held["keystone"] = {"waiting", "installing agent"};
  });
  kubernetes.api.put(
      {{"apiVersion", "v1"},
       {"kind", "Pod"},
       {"metadata", {{"name", "keystone-0"}, {"namespace", "openstack"}}},
       {"spec", Json::object()},
       {"status",
        {{"phase", "Pending"},
         {"containerStatuses",
          {{{"name", "keystone"},
            {"image", "registry/keystone:2025.1"},
            {"ready", false},
            {"restartCount", 0},
            {"state", {{"waiting", {{"reason", "ImagePullBackOff"}, {"message", "not found"}}}}},
            {"lastState", Json::object()}}}}}}});
  stage.run({"status"});
  const auto ran = stage.run({"status", "--kubeconfig", kubeconfig, "--format", "json"});
  INFO(ran.out << ran.err);
  CHECK(ran.code == 3);
  const auto said = Json::parse(ran.out);
  CHECK(said.at("nodes").at(0).at("name") == "n1");
  CHECK(said.at("nodes").at(0).at("state") == "up");
  const auto why = said.at("problems").at(0).at("why").get<std::string>();
  CHECK_THAT(why, Catch::Contains("installing agent") && Catch::Contains("registry/keystone:2025.1"));
}
