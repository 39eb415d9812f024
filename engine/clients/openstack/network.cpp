#include "engine/clients/openstack/network.h"

#include <algorithm>

#include "engine/clients/openstack/collection.h"

namespace microstack::openstack {
namespace {

Result<http::Response> router_call(Session& session, const std::string& router_id, const std::string& verb,
                                   const std::string& subnet_id, std::stop_token stop) {
  http::Request request;
  request.method = "PUT";
  request.url = "/v2.0/routers/" + router_id + "/" + verb;
  request.headers = {{"Content-Type", "application/json"}};
  request.body = Json{{"subnet_id", subnet_id}}.dump();
  return session.call("network", request, stop);
}

Error refused(const std::string& what, const http::Response& response) {
  return doing(what, http::status_error(http::get("network /v2.0/routers"), response));
}

// true when one of the router's ports has an address of the subnet.
Result<bool> connected(Session& session, const std::string& router_id, const std::string& subnet_id,
                       std::stop_token stop) {
  MS_TRY(const auto ports, list(session, collections::ports, {{"device_id", router_id}}, stop));
  for (const auto& port : ports)
    for (const auto& address : port.value("fixed_ips", Json::array()))
      if (address.value("subnet_id", std::string()) == subnet_id) return true;
  return false;
}

}  // namespace

Status add_router_interface(Session& session, const std::string& router_id, const std::string& subnet_id,
                            std::stop_token stop) {
  MS_TRY(const bool is, connected(session, router_id, subnet_id, stop));
  if (is) return {};
  MS_TRY(const auto response, router_call(session, router_id, "add_router_interface", subnet_id, stop));
  if (!response.ok()) return refused("connecting subnet " + subnet_id + " to router " + router_id, response);
  return {};
}

Status remove_router_interface(Session& session, const std::string& router_id, const std::string& subnet_id,
                               std::stop_token stop) {
  MS_TRY(const auto response, router_call(session, router_id, "remove_router_interface", subnet_id, stop));
  if (!response.ok() && response.status != 404)
    return refused("disconnecting subnet " + subnet_id + " from router " + router_id, response);
  return {};
}

Status allow_ingress(Session& session, const std::string& security_group_id,
                     const std::vector<Ingress>& wanted, std::stop_token stop) {
  const Filters filters = {{"security_group_id", security_group_id}, {"direction", "ingress"}};
  MS_TRY(const auto rules, list(session, collections::security_group_rules, filters, stop));
  Json missing = Json::array();
  for (const auto& [protocol, port] : wanted) {
    const Json number = port > 0 ? Json(port) : Json();
    const bool there = std::any_of(rules.begin(), rules.end(), [&](const Json& rule) {
      return rule.value("protocol", Json()) == protocol && rule.value("ethertype", std::string()) == "IPv4" &&
             rule.value("port_range_min", Json()) == number &&
             rule.value("port_range_max", Json()) == number &&
             rule.value("remote_ip_prefix", Json()).is_null() &&
             rule.value("remote_group_id", Json()).is_null();
    });
    if (there) continue;
    Json wish = {{"security_group_id", security_group_id},
                 {"direction", "ingress"},
                 {"ethertype", "IPv4"},
                 {"protocol", protocol}};
    if (port > 0) wish["port_range_min"] = wish["port_range_max"] = port;
    missing.push_back(std::move(wish));
  }
  if (missing.empty()) return {};
  const auto& kind = collections::security_group_rules;
  auto made = session.send("POST", kind.service, kind.path, {{kind.plural, std::move(missing)}}, stop);
  if (!made)
    return doing("creating the rules of security group " + security_group_id, std::move(made).error());
  return {};
}

Result<std::string> ensure_floating_ip(Session& session, const std::string& server_id,
                                       const std::string& external_network_id, std::stop_token stop) {
  MS_TRY(const auto ports, list(session, collections::ports, {{"device_id", server_id}}, stop));
  if (ports.empty())
    return ask("server " + server_id + " has no port, so it cannot have a floating IP",
               session.access().auth_url, "connect the server to a network");
  const auto port_id = ports.front().at("id").get<std::string>();
  MS_TRY(const auto addresses, list(session, collections::floating_ips, {{"port_id", port_id}}, stop));
  if (!addresses.empty()) return addresses.front().at("floating_ip_address").get<std::string>();
  MS_TRY(const Json made, create(session, collections::floating_ips,
                                 {{"floating_network_id", external_network_id}, {"port_id", port_id}}, stop));
  return made.at("floating_ip_address").get<std::string>();
}

Status release_floating_ips(Session& session, const std::string& server_id, std::stop_token stop) {
  MS_TRY(const auto ports, list(session, collections::ports, {{"device_id", server_id}}, stop));
  for (const auto& port : ports) {
    MS_TRY(const auto addresses,
           list(session, collections::floating_ips, {{"port_id", port.at("id").get<std::string>()}}, stop));
    for (const auto& address : addresses)
      MS_CHECK(remove(session, collections::floating_ips, address.at("id").get<std::string>(), stop));
  }
  return {};
}

}  // namespace microstack::openstack
