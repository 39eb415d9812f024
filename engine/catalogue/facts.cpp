#include "engine/catalogue/facts.h"

#include <algorithm>

#include "engine/catalogue/catalogue.h"

namespace microstack {
namespace {

Json with_defaults(const Component& component, const Json& chosen) {
  Json config = {{"enabled", true}};
  for (const auto& attribute : component.attributes)
    if (!attribute.default_value.is_null()) config[attribute.name] = attribute.default_value;
  if (chosen.is_object())
    for (const auto& [key, value] : chosen.items())
      if (!value.is_null()) config[key] = value;
  return config;
}

std::string url_of(const Profile& profile, const Component::Endpoint& endpoint) {
  return "https://" + profile.control.api_address + ":" + std::to_string(endpoint.port) + endpoint.path;
}

Json network_facts(const Profile& profile) {
  Json physnets = Json::array();
  std::string mappings, flat;
  for (const auto& physnet : profile.network.physnets) {
    physnets.push_back({{"name", physnet.name},
                        {"bridge", physnet.bridge},
                        {"interface", physnet.interface},
                        {"address", ""}});
    mappings += (mappings.empty() ? "" : ",") + physnet.name + ":" + physnet.bridge;
    flat += (flat.empty() ? "" : ",") + physnet.name;
  }
  return {{"physnets", physnets},
          {"tunnel_ip", profile.network.tunnel_ip},
          {"tunnel_interface", profile.network.tunnel_interface},
          {"tunnel_prefix", 24},
          {"mtu", profile.network.mtu},
          {"gateway", profile.network.gateway},
          {"dns", profile.network.dns},
          {"bridge_mappings", mappings},
          {"flat_networks", flat},
          {"system_id", profile.node.name}};
}

// `chosen`: the component compute of this node, false without it.
Json probe_facts(const Json& found, const Json& chosen) {
  Json probe = {{"cpus", 1},           {"memory_mib", 4096},   {"kvm", false}, {"ovs_kernel", false},
                {"virt_type", "qemu"}, {"datapath", "netdev"}, {"workers", 1}};
  if (found.is_object())
    for (const auto& [key, value] : found.items()) probe[key] = value;
  const auto type = chosen.is_object() ? chosen.value("virtualization", "auto") : "auto";
  if (type != "auto") {
    probe["virt_type"] = type;
    probe["kvm"] = type == "kvm";
  }
  return probe;
}

// Whom the node's services are for Keystone and RabbitMQ, and where those and OVN are: by our own rules, or as a control
// plane says that is not ours.
Json plane_facts(const Profile::Control& control, const std::string& primary) {
  const auto& plane = control.plane;
  if (plane.identity_url.empty())
    return {{"charmed", false},
            {"user", "nova"},
            {"user_domain", "Default"},
            {"project", "service"},
            {"project_domain", "Default"},
            {"queue", "openstack"},
            {"queue_at", primary + ":5671/?ssl=1"},
            {"queue_tls", true},
            {"southbound", "ssl:" + primary + ":6642"},
            {"metadata", {{"host", control.api_address}, {"protocol", "https"}}}};
  return {{"charmed", true},
          {"user", plane.user},
          {"user_domain", plane.user_domain},
          {"project", plane.project},
          {"project_domain", plane.project_domain},
          {"queue", plane.queue_user},
          {"queue_at", plane.queue_host + ":" + std::to_string(plane.queue_port) + "/" + plane.queue_vhost +
                           (plane.queue_tls ? "?ssl=1" : "")},
          {"queue_tls", plane.queue_tls},
          {"southbound", plane.southbound},
          {"metadata", {{"host", "127.0.0.1"}, {"protocol", "http"}}}};
}

Status check_choices(const Profile& profile, const Catalogue& catalogue) {
  for (std::size_t i = 0; i < profile.components.size(); ++i) {
    const auto& choice = profile.components[i];
    const std::string index = "components[" + std::to_string(i) + "]";
    const Component* component = catalogue.find(choice.name);
    if (component == nullptr) {
      std::string known;
      for (const Component& other : catalogue.components()) known += (known.empty() ? "" : ", ") + other.name;
      return ask("there is no component " + choice.name, {}, "one of " + known, {index, "name"});
    }
    if (!choice.config.is_object()) continue;
    for (const auto& [key, value] : choice.config.items()) {
      const auto& attributes = component->attributes;
      if (std::none_of(attributes.begin(), attributes.end(), [&](const auto& a) { return a.name == key; }))
        return ask("component " + choice.name + " has no attribute " + key, {}, {}, {index, "config", key});
    }
  }
  return {};
}

}  // namespace

Result<Json> node_facts(const Profile& profile, const Catalogue& catalogue, const Json& probe) {
  MS_CHECK(check_choices(profile, catalogue));
  const auto address = profile.node.addresses.find("management");
  if (address == profile.node.addresses.end())
    return ask("the node has no management address", {}, "set node.addresses.management",
               {"node", "addresses", "management"});
  const std::string primary =
      profile.control.members.empty() ? address->second : profile.control.members.front();

  Json is = Json::object();
  for (const char* role : {"control", "compute", "network", "storage"}) is[role] = profile.has_role(role);

  Json components = Json::object(), endpoints = Json::array(), users = Json::array(), urls = Json::object();
  for (const Component& component : catalogue.components()) {
    const auto choice = std::find_if(profile.components.begin(), profile.components.end(),
                                     [&](const auto& c) { return c.name == component.name; });
    const bool here = choice != profile.components.end() && runs_on(component, profile.node.roles);
    // Core components are part of every cloud: their choices are known also on nodes that do not run them.
    components[component.name] = here ? with_defaults(component, choice->config) : Json(false);
    for (const auto& endpoint : component.native.endpoints) {
      urls[endpoint.service] = url_of(profile, endpoint);
      if (!here) continue;
      endpoints.push_back(
          {{"component", component.name},
           {"service", endpoint.service},
           {"name", endpoint.name},
           {"port", endpoint.port},
           {"backend_port", endpoint.backend_port == 0 ? endpoint.port : endpoint.backend_port},
           {"path", endpoint.path},
           {"catalogue", endpoint.catalogue},
           {"url", url_of(profile, endpoint)}});
    }
    if (here)
      for (const auto& identity : component.native.identity)
        users.push_back({{"user", identity.user}, {"roles", identity.roles}});
  }

  if (!profile.control.plane.identity_url.empty()) urls["identity"] = profile.control.plane.identity_url;

  return Json{{"cluster",
               {{"name", profile.cluster.name},
                {"id", profile.cluster.id},
                {"release", profile.cluster.release},
                {"region", profile.cluster.region}}},
              {"node",
               {{"name", profile.node.name},
                {"address", address->second},
                {"roles", profile.node.roles},
                {"addresses", profile.node.addresses},
                {"is", is}}},
              {"control",
               {{"api_address", profile.control.api_address},
                {"primary", primary},
                {"members", profile.control.members},
                {"first", profile.has_role("control") && primary == address->second}}},
              {"plane", plane_facts(profile.control, primary)},
              {"api",
               {{"scheme", "https"},
                {"host", profile.control.api_address},
                {"ca_file", std::string(tls_folder) + "/ca.crt"}}},
              {"urls", urls},
              {"network", network_facts(profile)},
              {"probe", probe_facts(probe, components.value("compute", Json(false)))},
              {"components", components},
              {"endpoints", endpoints},
              {"users", users},
              {"storage", {{"osd_devices", profile.storage.osd_devices}}},
              {"compute", profile.compute},
              {"packages", {{"mirror", profile.packages.mirror}, {"proxy", profile.packages.proxy}}}};
}

}  // namespace microstack
