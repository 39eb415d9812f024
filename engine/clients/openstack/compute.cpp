#include "engine/clients/openstack/compute.h"

#include "engine/base/hash.h"
#include "engine/clients/openstack/collection.h"

namespace microstack::openstack {
namespace {

std::string text_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
}

Server parsed(const Json& json) {
  Server server;
  server.id = text_of(json, "id");
  server.name = text_of(json, "name");
  server.status = text_of(json, "status");
  server.host = text_of(json, "OS-EXT-SRV-ATTR:host");
  if (json.contains("fault")) server.fault = text_of(json["fault"], "message");
  return server;
}

std::string quota_path(const std::string& service, const std::string& project_id) {
  return (service == "network" ? "/v2.0/quotas/" : "/os-quota-sets/") + project_id;
}

const char* quota_key(const std::string& service) {
  return service == "network" ? "quota" : "quota_set";
}

}  // namespace

Result<Server> find_or_create_server(Session& session, const ServerWish& wish, std::stop_token stop) {
  Json body = {{"name", wish.name},
               {"flavorRef", wish.flavor_id},
               {"imageRef", wish.image_id},
               {"networks", Json::array({{{"uuid", wish.network_id}}})}};
  if (!wish.key_name.empty()) body["key_name"] = wish.key_name;
  for (const auto& group : wish.security_groups) body["security_groups"].push_back({{"name", group}});
  if (!wish.availability_zone.empty()) body["availability_zone"] = wish.availability_zone;
  if (!wish.user_data.empty()) body["user_data"] = to_base64(wish.user_data);
  if (wish.config_drive) body["config_drive"] = true;
  MS_TRY(Json made, find_or_create(session, collections::servers, body, {}, stop));
  Server server = parsed(made);
  server.name = wish.name;
  return server;
}

// Asked through the short list: Nova shows a single server with its security groups, for which it asks Neutron each
// time, and Neutron is what a server being built waits for.
Result<bool> is_being_built(Session& session, const std::string& server_id, std::stop_token stop) {
  MS_TRY(const Json answer, session.get("compute", "/servers?status=BUILD", stop));
  for (const auto& one : answer.value("servers", Json::array()))
    if (text_of(one, "id") == server_id) return true;
  return false;
}

Result<Server> wait_active(Session& session, const std::string& server_id, const Wait& wait) {
  Server server;
  MS_CHECK(wait_until("server " + server_id + " to become active", wait, [&]() -> Result<bool> {
    MS_TRY(const bool building, is_being_built(session, server_id, wait.stop));
    if (building) return false;
    MS_TRY(const auto now, find_by_id(session, collections::servers, server_id, wait.stop));
    if (!now) return give_up("server " + server_id + " vanished while it was being made");
    server = parsed(*now);
    return server.status == "ACTIVE" || server.status == "ERROR";
  }));
  if (server.status == "ACTIVE") return server;
  Error error = give_up(
      "server " + server.name + " (" + server_id +
          ") went to ERROR: " + (server.fault.empty() ? "no fault was recorded" : server.fault),
      server.host, "see the logs of nova-compute on its host and of nova-conductor and nova-scheduler");
  if (auto console = console_log(session, server_id, 20, wait.stop); console && !console->empty())
    error.causes.push_back(give_up("end of its console:\n" + *console));
  return error;
}

Status delete_server(Session& session, const std::string& server_id, const Wait& wait) {
  MS_CHECK(remove(session, collections::servers, server_id, wait.stop));
  return wait_until("server " + server_id + " to be gone", wait, [&]() -> Result<bool> {
    MS_TRY(const auto now, find_by_id(session, collections::servers, server_id, wait.stop));
    if (now && text_of(*now, "status") == "ERROR")
      return give_up("server " + server_id + " could not be deleted: " + parsed(*now).fault, {},
                     "see the log of nova-compute on its host");
    return !now;
  });
}

Result<std::string> console_log(Session& session, const std::string& server_id, int lines,
                                std::stop_token stop) {
  MS_TRY(const Json answer, session.send("POST", "compute", "/servers/" + server_id + "/action",
                                         {{"os-getConsoleOutput", {{"length", lines}}}}, stop));
  return text_of(answer, "output");
}

Result<std::vector<ComputeService>> compute_services(Session& session, std::stop_token stop) {
  MS_TRY(const Json answer, session.get("compute", "/os-services", stop));
  std::vector<ComputeService> all;
  for (const auto& one : answer.value("services", Json::array()))
    all.push_back({one.contains("id") && one["id"].is_number() ? one["id"].dump() : text_of(one, "id"),
                   text_of(one, "binary"), text_of(one, "host"), text_of(one, "state") == "up",
                   text_of(one, "status") == "enabled", text_of(one, "disabled_reason")});
  return all;
}

namespace {

Status change_compute_service(Session& session, const std::string& host, const Json& change,
                              std::stop_token stop) {
  MS_TRY(const auto services, compute_services(session, stop));
  for (const auto& service : services) {
    if (service.host != host || service.binary != "nova-compute") continue;
    http::Request request;
    request.method = "PUT";
    request.url = "/os-services/" + service.id;
    request.headers = {{"Content-Type", "application/json"}};
    request.body = change.dump();
    // Nova tells the nova-compute of that host and waits a minute for it where it is dead and not yet known to be.
    request.limit = std::chrono::seconds(90);
    const auto answer = session.call("compute", request, stop);
    if (!answer) return doing("changing the compute service of " + host, answer.error());
    if (!answer->ok())
      return doing("changing the compute service of " + host, http::status_error(request, *answer));
  }
  return {};
}

}  // namespace

Status disable_compute_service(Session& session, const std::string& host, const std::string& reason,
                               std::stop_token stop) {
  return change_compute_service(session, host, {{"status", "disabled"}, {"disabled_reason", reason}}, stop);
}

Status enable_compute_service(Session& session, const std::string& host, std::stop_token stop) {
  return change_compute_service(session, host, {{"status", "enabled"}}, stop);
}

Status delete_compute_service(Session& session, const std::string& id, std::stop_token stop) {
  http::Request request;
  request.method = "DELETE";
  request.url = "/os-services/" + id;
  MS_TRY(const auto answer, session.call("compute", request, stop));
  if (answer.status < 300 || answer.status == 404) return {};
  return give_up("Nova does not let go of compute service " + id + ": " + answer.body.substr(0, 400));
}

Result<std::vector<Server>> servers_on(Session& session, const std::string& host, std::stop_token stop) {
  MS_TRY(const auto found, list(session, collections::servers, {{"all_tenants", "1"}, {"host", host}}, stop));
  std::vector<Server> servers;
  for (const auto& one : found) servers.push_back(parsed(one));
  return servers;
}

Status act_on_server(Session& session, const std::string& server_id, const std::string& action,
                     const Json& arguments, const std::string& microversion, std::stop_token stop) {
  http::Request request;
  request.method = "POST";
  request.url = "/servers/" + server_id + "/action";
  request.headers = {{"Content-Type", "application/json"}};
  if (!microversion.empty()) request.headers.push_back({"OpenStack-API-Version", "compute " + microversion});
  request.body = Json{{action, arguments}}.dump();
  MS_TRY(const auto answer, session.call("compute", request, stop));
  if (answer.status < 300) return {};
  const auto said = Json::parse(answer.body, nullptr, false);
  std::string why = answer.body.substr(0, 400);
  if (said.is_object())
    for (const auto& [key, value] : said.items())
      if (value.is_object() && value.contains("message")) why = value["message"];
  return give_up("Nova refuses " + action + " of server " + server_id + ": " + why);
}

Result<std::vector<Hypervisor>> hypervisors(Session& session, std::stop_token stop) {
  MS_TRY(const Json answer, session.get("compute", "/os-hypervisors/detail", stop));
  std::vector<Hypervisor> all;
  for (const auto& one : answer.value("hypervisors", Json::array())) {
    Hypervisor hypervisor;
    hypervisor.id = text_of(one, "id");
    hypervisor.host = text_of(one, "hypervisor_hostname");
    hypervisor.type = text_of(one, "hypervisor_type");
    hypervisor.up = text_of(one, "state") == "up";
    hypervisor.vcpus = number_of(one, "vcpus");
    hypervisor.vcpus_used = number_of(one, "vcpus_used");
    hypervisor.memory_mib = number_of(one, "memory_mb");
    hypervisor.memory_mib_used = number_of(one, "memory_mb_used");
    hypervisor.running_vms = number_of(one, "running_vms");
    all.push_back(std::move(hypervisor));
  }
  return all;
}

Result<std::map<std::string, std::map<std::string, std::int64_t>>> inventories(Session& session,
                                                                               std::stop_token stop) {
  MS_TRY(const Json providers, session.get("placement", "/resource_providers", stop));
  std::map<std::string, std::map<std::string, std::int64_t>> all;
  for (const auto& provider : providers.value("resource_providers", Json::array())) {
    auto& classes = all[text_of(provider, "name")];
    MS_TRY(
        const Json answer,
        session.get("placement", "/resource_providers/" + text_of(provider, "uuid") + "/inventories", stop));
    const Json held = answer.value("inventories", Json::object());
    for (const auto& [name, inventory] : held.items())
      classes[name] = inventory.value("total", std::int64_t{0});
  }
  return all;
}

Result<Json> quotas(Session& session, const std::string& service, const std::string& project_id,
                    std::stop_token stop) {
  MS_TRY(const Json answer, session.get(service, quota_path(service, project_id), stop));
  return answer.value(quota_key(service), Json::object());
}

Status set_quotas(Session& session, const std::string& service, const std::string& project_id,
                  const Json& limits, std::stop_token stop) {
  auto answer =
      session.send("PUT", service, quota_path(service, project_id), {{quota_key(service), limits}}, stop);
  if (!answer) return doing("setting quotas of project " + project_id, std::move(answer).error());
  return {};
}

}  // namespace microstack::openstack
