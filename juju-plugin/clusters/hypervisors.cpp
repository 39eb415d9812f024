#include "juju-plugin/clusters/hypervisors.h"

#include "engine/clients/openstack/collection.h"
#include "engine/clients/openstack/compute.h"
#include "juju-plugin/clusters/cluster.h"

namespace microstack::plugin {

CloudStatus::Node* node_named(CloudStatus& status, const std::string& name) {
  for (auto& node : status.nodes)
    if (node.name == name) return &node;
  return nullptr;
}

// Nova's and Neutron's view of the nodes.
Status add_hypervisors(CloudStatus& status, openstack::Session& admin, std::stop_token stop) {
  MS_TRY(const auto hypervisors, openstack::hypervisors(admin, stop));
  for (const auto& hypervisor : hypervisors) {
    auto* node = node_named(status, hypervisor.host);
    if (!node)
      node = &status.nodes.emplace_back(CloudStatus::Node{.name = hypervisor.host, .roles = {"compute"}});
    node->state = hypervisor.up ? "up" : "down";
    node->guests = hypervisor.running_vms;
    node->vcpus = hypervisor.vcpus;
    node->vcpus_used = hypervisor.vcpus_used;
    node->memory_mib = hypervisor.memory_mib;
    node->memory_mib_used = hypervisor.memory_mib_used;
  }
  MS_TRY(const auto services, openstack::compute_services(admin, stop));
  for (const auto& service : services) {
    auto* node = node_named(status, service.host);
    if (!service.enabled && node) node->message = service.binary + " is disabled: no new guests";
    if (service.up || !service.enabled) continue;
    if (node) {
      node->state = "down";
      node->message = service.binary + " does not report";
    }
    status.problems.push_back(
        {service.host,
         "down",
         service.binary + " does not report to the control plane",
         {},
         "see that the machine runs and reaches the API; then: " + std::string(repair_command)});
  }
  MS_TRY(const auto agents, openstack::list(admin, {"network", "/v2.0/agents", "agent", "agents"}, {}, stop));
  for (const auto& agent : agents) {
    if (agent.value("alive", true)) continue;
    const auto host = agent.value("host", std::string());
    status.problems.push_back({host, "down", agent.value("agent_type", "an agent") + " does not report",
                               agent.value("heartbeat_timestamp", std::string()), repair_command});
    if (auto* node = node_named(status, host); node && node->message.empty())
      node->message = agent.value("agent_type", "an agent") + " does not report";
  }
  return {};
}

// A node lives as long as its resource does, and only Terraform knows how a server is reached.
Status Cluster::add_node(const std::string& node, const std::vector<std::string>& roles) {
  MS_TRY(const auto deployment, this->deployment());
  if (deployment.members.contains(node))
    return ask("node " + node + " is in cloud " + deployment.cluster.name + " already",
               deployment.members.at(node).address, "see how it is: juju microstack status");
  std::string words;
  for (const auto& role : roles) words += (words.empty() ? "\"" : ", \"") + role + "\"";
  return ask(
      "nodes are added by Terraform, which keeps how they are reached", deployment.cluster.id,
      "write this into a configuration with the provider microstack/microstack, and apply it:\n\n"
      "resource \"microstack_node\" \"" +
          node + "\" {\n  cluster_id = \"" + deployment.cluster.id + "\"\n  name       = \"" + node +
          "\"\n  roles      = [" + words +
          "]\n  machine    = {} # on this host; a server instead: ssh = { host = \"ADDRESS\", host_key = "
          "\"ssh-ed25519 AAAA...\" }\n}\n");
}

Status Cluster::remove_node(const std::string& node) {
  MS_TRY(const auto deployment, this->deployment());
  if (!deployment.members.contains(node))
    return ask("cloud " + deployment.cluster.name + " has no node " + node, deployment.cluster.id,
               "see which there are: juju microstack status");
  return ask(
      "nodes are removed by Terraform, which sees to their guests", node,
      "take its microstack_node out of the configuration and apply; where no configuration has it, import it "
      "first, with the id " +
          deployment.cluster.id + "/" + node);
}

}  // namespace microstack::plugin
