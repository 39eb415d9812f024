#include "engine/substrate/microk8s/ground.h"

#include <arpa/inet.h>

#include "engine/steps/microk8s/addon.h"
#include "engine/steps/microk8s/snap.h"

namespace microstack::microk8s {
namespace {

bool is_address(const std::string& text) {
  in_addr ignored{};
  return ::inet_pton(AF_INET, text.c_str(), &ignored) == 1;
}

bool is_range(const std::string& text) {
  const auto dash = text.find('-');
  return dash != std::string::npos && is_address(text.substr(0, dash)) && is_address(text.substr(dash + 1));
}

}  // namespace

Result<Plan> ground_plan(const GroundWish& wish, const JujuProgram& juju, Host& node, Host& client) {
  if (!is_range(wish.load_balancer_range))
    return ask(
        "\"" + wish.load_balancer_range + "\" is no range of addresses", {},
        "FIRST-LAST of addresses that are free in the node's network: the controller and the cloud's API "
        "get theirs from it",
        {"--load-balancer"});
  Plan plan;
  SnapFact snap;
  snap.name = "microk8s";
  snap.channel = wish.channel;
  snap.classic = wish.channel.find("-strict") == std::string::npos;
  snap.environment = wish.node_environment;
  std::string last;
  const auto then = [&](std::unique_ptr<Step> step) {
    const auto id = step->id();
    plan.add(std::move(step), last.empty() ? std::vector<std::string>() : std::vector<std::string>{last});
    last = id;
  };
  then(std::make_unique<SnapStep>(node, snap));
  // One after the other: each rewrites the configuration of the same services.
  const auto enable = [&](const std::string& name, const std::string& argument) {
    AddonFact addon;
    addon.name = name;
    addon.argument = argument;
    addon.environment = wish.node_environment;
    then(std::make_unique<AddonStep>(node, addon));
  };
  for (const auto& name : wish.addons) enable(name, {});
  enable("metallb", wish.load_balancer_range);
  then(std::make_unique<KubernetesCloudStep>(client, node, juju, wish.cloud, wish.node_environment));
  ControllerFact controller;
  controller.name = wish.controller;
  controller.cloud = wish.cloud;
  controller.config = wish.controller_config;
  // With an address of its own: clients need no way through the Kubernetes API.
  controller.config.try_emplace("controller-service-type", "loadbalancer");
  then(std::make_unique<ControllerStep>(client, juju, controller));
  MS_CHECK(plan.validate());
  return plan;
}

}  // namespace microstack::microk8s
