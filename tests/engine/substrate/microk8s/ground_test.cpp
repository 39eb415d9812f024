// MicroK8s on a node and a controller in it, against stand-ins of snap, microk8s and juju that answer with what the real
// ones were recorded to say.
#include "engine/substrate/microk8s/ground.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "engine/plan/executor.h"
#include "engine/steps/microk8s/addon.h"
#include "engine/steps/microk8s/snap.h"
#include "tests/support/fake_host.h"
#include "tests/support/step_contract.h"

using namespace microstack;
using namespace microstack::microk8s;

namespace {

// A node with snapd, and the juju command line, on one host: what they know is in files, so that it outlives a step.
struct Node : FakeHost {
  explicit Node(bool with_snap = false) {
    program("snap", [](FakeHost& host, const Command& command) { return snap(host, command.argv); });
    program("microk8s", [](FakeHost& host, const Command& command) { return microk8s(host, command.argv); });
    program("juju", [this](FakeHost& host, const Command& command) { return juju(host, command); });
    if (with_snap) files["/snap/microk8s"] = {"1.32/stable"};
  }

  static CommandResult snap(FakeHost& host, const std::vector<std::string>& argv) {
    auto& channel = host.files;
    if (argv[1] == "list") {
      if (!channel.contains("/snap/microk8s")) return {1, {}, "error: no matching snaps installed\n"};
      return {0,
              "Name      Version  Rev   Tracking     Publisher   Notes\n"
              "microk8s  v1.32.3  7964  " +
                  host.text("/snap/microk8s") + "  canonical**  classic\n"};
    }
    if (argv[1] == "remove") return channel.clear(), CommandResult{0, "microk8s removed\n"};
    channel["/snap/microk8s"] = {argv[3].substr(std::string("--channel=").size())};
    return {0, "microk8s (1.32/stable) v1.32.3 from Canonical** installed\n"};
  }

  static CommandResult microk8s(FakeHost& host, const std::vector<std::string>& argv) {
    if (!host.files.contains("/snap/microk8s")) return {127, {}, "microk8s: no such program\n"};
    if (argv[1] == "config") return {0, "apiVersion: v1\nkind: Config\n"};
    if (argv[1] == "status") {
      std::string text = "microk8s:\n  running: true\nhigh-availability:\n  enabled: false\naddons:\n";
      for (const char* name : {"dns", "hostpath-storage", "rbac", "metallb"})
        text += "  - name: " + std::string(name) + "\n    status: " +
                (host.files.contains("/addon/" + std::string(name)) ? "enabled\n" : "disabled\n");
      return {0, text};
    }
    const auto name = "/addon/" + argv[2].substr(0, argv[2].find(':'));
    if (argv[1] == "enable")
      host.files[name] = {argv[2]};
    else
      host.files.erase(name);
    return {0, {}};
  }

  CommandResult juju(FakeHost& host, const Command& command) {
    const auto& argv = command.argv;
    if (argv[1] == "clouds")
      return {
          0, host.files.contains("/juju/cloud") ? R"({"microk8s-cloud": {"type": "kubernetes"}})" : "null\n"};
    if (argv[1] == "add-k8s") {
      host.files["/juju/cloud"] = {command.stdin_text};
      return {0,
              {},
              "\nk8s substrate added as cloud \"microk8s-cloud\".\n"
              "You can now bootstrap to this cloud by running 'juju bootstrap microk8s-cloud'.\n"};
    }
    if (argv[1] == "remove-cloud") return host.files.erase("/juju/cloud"), CommandResult{0};
    if (argv[1] == "controllers") {
      if (!host.files.contains("/juju/controller")) return {0, R"({"controllers":{}})"};
      return {0, R"({"controllers":{"microstack":{"cloud":")" + host.text("/juju/controller") + R"("}}})"};
    }
    if (argv[1] == "bootstrap") {
      if (!bootstrap_says.empty()) return {1, {}, bootstrap_says};
      host.files["/juju/controller"] = {argv[2]};
      return {0};
    }
    if (argv[1] == "destroy-controller") return host.files.erase("/juju/controller"), CommandResult{0};
    return {2, {}, "ERROR unrecognized command\n"};
  }

  std::string bootstrap_says;  // not empty: it fails with that
};

GroundWish wished() {
  GroundWish wish;
  wish.load_balancer_range = "192.0.2.20-192.0.2.40";
  return wish;
}

Plan plan_of(const GroundWish& wish, Host& node) {
  auto plan = ground_plan(wish, {}, node, node);
  if (!plan) FAIL(plan.error().text());
  return std::move(*plan);
}

}  // namespace

TEST_CASE("the plan of a node with MicroK8s and a controller is the golden one") {
  Node node;
  const auto text = plan_of(wished(), node).text();
  const std::string path = MS_SOURCE_DIR "/tests/engine/substrate/microk8s/golden/ground.txt";
  if (std::getenv("MICROSTACK_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  CHECK(golden.str() == text);
  CHECK(node.log.empty());  // planning asked nobody
}

TEST_CASE("snap, add-ons, cloud and controller keep the contract of steps") {
  const auto node = [] { return std::make_unique<Node>(); };
  const auto with_snap = [] { return std::make_unique<Node>(true); };
  SnapFact snap;
  snap.name = "microk8s";
  snap.channel = "1.32/stable";
  snap.classic = true;
  contracts::step(node, [&](Node& world) { return std::make_unique<SnapStep>(world, snap); });
  AddonFact addon;
  addon.name = "metallb";
  addon.argument = "192.0.2.20-192.0.2.40";
  contracts::step(with_snap, [&](Node& world) { return std::make_unique<AddonStep>(world, addon); });
  contracts::step(with_snap, [](Node& world) {
    return std::make_unique<KubernetesCloudStep>(world, world, JujuProgram{}, "microk8s-cloud");
  });
  contracts::step(with_snap, [](Node& world) {
    ControllerFact fact;
    fact.name = "microstack";
    fact.cloud = "microk8s-cloud";
    return std::make_unique<ControllerStep>(world, JujuProgram{}, fact);
  });
}

TEST_CASE(
    "a bare node gets Kubernetes and a controller; again nothing is left to do; all of it can be undone") {
  Node node;
  const auto plan = plan_of(wished(), node);
  const auto outcome = execute(plan, {});
  if (outcome.error) FAIL(outcome.error->text());
  CHECK(node.ran({"snap", "install", "microk8s", "--channel=1.32/stable", "--classic"}));
  CHECK(node.ran({"microk8s", "enable", "metallb:192.0.2.20-192.0.2.40"}));
  CHECK(node.ran({"juju", "bootstrap", "microk8s-cloud", "microstack", "--config",
                  "controller-service-type=loadbalancer"}));
  CHECK(node.text("/juju/cloud") == "apiVersion: v1\nkind: Config\n");
  for (const auto& step : execute(plan, {}).steps) CHECK(step.state == StepOutcome::State::held);
  CHECK(unwind(plan, {}).ok());
  CHECK(node.files.empty());
}

TEST_CASE("another channel is a refresh, and nothing else is done again") {
  Node node;
  REQUIRE(execute(plan_of(wished(), node), {}).ok());
  auto wish = wished();
  wish.channel = "1.33/stable";
  node.log.clear();
  REQUIRE(execute(plan_of(wish, node), {}).ok());
  CHECK(node.ran({"snap", "refresh", "microk8s", "--channel=1.33/stable", "--classic"}));
  for (const auto& argv : node.log) CHECK(argv[1] != "enable");
}

TEST_CASE("a bootstrap that fails is told with juju's own words, and the next one goes on from there") {
  Node node;
  // As recorded, of a cluster that cannot pull the controller's image.
  node.bootstrap_says =
      "ERROR failed to bootstrap model: creating controller stack: creating statefulset for controller: "
      "timed out "
      "waiting for controller pod: client rate limiter Wait returned an error: context deadline exceeded\n";
  const auto failed = execute(plan_of(wished(), node), {});
  REQUIRE(failed.error);
  CHECK_THAT(failed.error->text(), Catch::Contains("timed out waiting for controller pod") &&
                                       Catch::Contains("microk8s kubectl get pods"));
  node.bootstrap_says.clear();
  node.log.clear();
  CHECK(execute(plan_of(wished(), node), {}).ok());
  for (const auto& argv : node.log) CHECK(argv[1] != "install");
}

TEST_CASE("what is missing on a node is named") {
  FakeHost bare;
  const auto outcome = execute(plan_of(wished(), bare), {});
  REQUIRE(outcome.error);
  CHECK_THAT(outcome.error->text(), Catch::Contains("apt-get install snapd"));
  auto wish = wished();
  wish.load_balancer_range = "192.0.2.20";
  const auto plan = ground_plan(wish, {}, bare, bare);
  REQUIRE_FALSE(plan);
  CHECK(plan.error().attribute == std::vector<std::string>{"--load-balancer"});
}
