#include "engine/cloud/demo_things.h"

#include <future>
#include <set>

#include "engine/clients/openstack/collection.h"
#include "engine/clients/openstack/compute.h"
#include "engine/clients/openstack/identity.h"
#include "engine/clients/openstack/network.h"

namespace microstack {
namespace {

using namespace openstack;

std::string id_of(const Json& thing) {
  return thing.at("id").get<std::string>();
}
std::string server_name(const DemoWish& wish, int number) {
  return wish.project + "-" + std::to_string(number);
}

Status remove_named(Session& session, const Collection& kind, const std::string& name, std::stop_token stop,
                    const Filters& filters = {}) {
  MS_TRY(const auto found, find(session, kind, name, filters, stop));
  if (!found) return {};
  return remove(session, kind, found->value("id", name), stop);  // a key pair's id is its name
}

}  // namespace

const std::vector<DemoFlavor>& demo_flavors() {
  static const std::vector<DemoFlavor> all = {
      {"m1.tiny", 1, 128, 1}, {"m1.small", 1, 512, 5}, {"m1.medium", 2, 2048, 10}};
  return all;
}

namespace {

Status make_flavors_and_image(Session& admin, const DemoWish& wish, DemoIds& ids, const Wait& wait) {
  for (const auto& flavor : demo_flavors()) {
    MS_TRY(const Json made, find_or_create(admin, collections::flavors,
                                           {{"name", flavor.name},
                                            {"vcpus", flavor.vcpus},
                                            {"ram", flavor.memory_mib},
                                            {"disk", flavor.disk_gib}},
                                           {}, wait.stop));
  }
  MS_TRY(const std::string file, wish.image_file());
  wait.tell("image " + wish.image.name + " to be stored");
  MS_TRY(const auto image, ensure_image(admin, wish.image, file, wait));
  ids.image = image.id;
  return {};
}

Status make_account(Session& admin, const DemoWish& wish, const Secret& password, DemoIds& ids,
                    std::stop_token stop) {
  if (wish.external.cidr.empty()) {  // else it is made when it is needed
    MS_TRY(const auto there,
           find(admin, collections::networks, wish.external.name, {{"router:external", "true"}}, stop));
    if (!there)
      return ask("there is no external network " + wish.external.name, admin.access().auth_url,
                 "add a microstack_external_network, and depends_on it", {"external_network"});
    ids.external_network = id_of(*there);
  }
  MS_TRY(const Json project, find_or_create(admin, collections::projects,
                                            {{"name", wish.project}, {"domain_id", "default"}}, {}, stop));
  ids.project = id_of(project);
  MS_TRY(const Json user, find_or_create(admin, collections::users,
                                         {{"name", wish.user},
                                          {"domain_id", "default"},
                                          {"password", password.reveal()},
                                          {"default_project_id", ids.project}},
                                         {}, stop));
  MS_TRY(const auto role, find(admin, collections::roles, "member", {}, stop));
  if (!role)
    return give_up("the cloud has no role member", admin.access().auth_url, "run the installation again");
  return assign_role(admin, ids.project, id_of(user), id_of(*role), stop);
}

Status begin_servers(Session& tenant, const DemoWish& wish, DemoIds& ids, std::stop_token stop) {
  ids.servers.clear();
  ids.server_names.clear();
  if (wish.servers == 0) return {};
  MS_TRY(const auto flavor, find(tenant, collections::flavors, wish.flavor, {}, stop));
  if (!flavor)
    return ask("there is no flavor " + wish.flavor, {}, "use m1.tiny, m1.small or m1.medium",
               {"server", "flavor"});
  for (int number = 1; number <= wish.servers; ++number) {
    ServerWish server;
    server.name = server_name(wish, number);
    server.flavor_id = id_of(*flavor);
    server.image_id = ids.image;
    server.network_id = ids.network;
    server.key_name = wish.public_key.empty() ? "" : wish.project;
    server.security_groups = {wish.project};
    server.user_data = wish.user_data;
    MS_TRY(const auto begun, find_or_create_server(tenant, server, stop));
    ids.servers.push_back(begun.id);
    ids.server_names.push_back(server.name);
  }
  return {};
}

}  // namespace

Status make_demo_ground(Session& admin, const DemoWish& wish, const Secret& password, DemoIds& ids,
                        const Wait& wait) {
  // Two ways that need nothing of each other and keep different services busy.
  DemoIds stored;
  auto storing =
      std::async(std::launch::async, [&] { return make_flavors_and_image(admin, wish, stored, wait); });
  const Status ground = make_account(admin, wish, password, ids, wait.stop);
  const Status image = storing.get();
  ids.image = stored.image;
  MS_CHECK(image);
  return ground;
}

Status make_demo_tenant(Session& admin, Session& tenant, const DemoWish& wish, DemoIds& ids,
                        const Wait& wait) {
  const Filters own = {{"project_id", ids.project}};
  MS_TRY(const Json network,
         find_or_create(tenant, collections::networks, {{"name", wish.project}}, own, wait.stop));
  ids.network = id_of(network);
  MS_TRY(const Json subnet, find_or_create(tenant, collections::subnets,
                                           {{"name", wish.project + "-v4"},
                                            {"network_id", ids.network},
                                            {"ip_version", 4},
                                            {"cidr", wish.cidr}},
                                           {{"network_id", ids.network}}, wait.stop));
  ids.subnet = id_of(subnet);
  MS_TRY(const Json group,
         find_or_create(tenant, collections::security_groups,
                        {{"name", wish.project}, {"description", "ping, ssh and http from everywhere"}}, own,
                        wait.stop));
  ids.security_group = id_of(group);
  if (!wish.public_key.empty()) {
    MS_TRY(const Json key,
           find_or_create(tenant, collections::keypairs,
                          {{"name", wish.project}, {"public_key", wish.public_key}}, {}, wait.stop));
  }
  MS_CHECK(begin_servers(tenant, wish, ids, wait.stop));
  // Neutron answers one request at a time, and Nova's are what a guest waits for before it boots. All that only its address
  // needs is made while it boots.
  for (const auto& server : ids.servers) {
    MS_TRY([[maybe_unused]] const auto active, wait_active(tenant, server, wait));
  }

  if (!wish.external.cidr.empty()) {
    MS_TRY(const auto external, ensure_external_network(admin, wish.external, wait.stop));
    ids.external_network = external.id;
  }
  MS_TRY(const Json router,
         find_or_create(
             tenant, collections::routers,
             {{"name", wish.project}, {"external_gateway_info", {{"network_id", ids.external_network}}}}, own,
             wait.stop));
  ids.router = id_of(router);
  MS_CHECK(add_router_interface(tenant, ids.router, ids.subnet, wait.stop));
  MS_CHECK(allow_ingress(tenant, ids.security_group, {{"icmp"}, {"tcp", 22}, {"tcp", 80}}, wait.stop));

  ids.floating_ips.clear();
  for (const auto& server : ids.servers) {
    MS_TRY(const auto address, ensure_floating_ip(tenant, server, ids.external_network, wait.stop));
    ids.floating_ips.push_back(address);
  }
  return {};
}

Result<std::vector<std::string>> demo_drift(Session& admin, const DemoWish& wish, DemoIds& ids,
                                            bool& project_there, std::stop_token stop) {
  std::vector<std::string> drift;
  MS_TRY(const auto project, find(admin, collections::projects, wish.project, {}, stop));
  project_there = project.has_value();
  if (!project_there) return drift;
  ids.project = id_of(*project);
  const auto look = [&](const Collection& kind, const std::string& name, const Filters& filters,
                        std::string* id) -> Status {
    MS_TRY(const auto found, find(admin, kind, name, filters, stop));
    if (!found) drift.push_back(kind.singular + " " + name + " is missing");
    if (found && id) *id = id_of(*found);
    return {};
  };
  const Filters own = {{"project_id", ids.project}};
  for (const auto& flavor : demo_flavors()) MS_CHECK(look(collections::flavors, flavor.name, {}, nullptr));
  MS_CHECK(look(collections::images, wish.image.name, {}, &ids.image));
  MS_CHECK(
      look(collections::networks, wish.external.name, {{"router:external", "true"}}, &ids.external_network));
  MS_CHECK(look(collections::users, wish.user, {}, nullptr));
  MS_CHECK(look(collections::networks, wish.project, own, &ids.network));
  MS_CHECK(look(collections::routers, wish.project, own, &ids.router));
  MS_CHECK(look(collections::security_groups, wish.project, own, &ids.security_group));
  ids.servers.clear();
  ids.server_names.clear();
  ids.floating_ips.clear();
  for (int number = 1; number <= wish.servers; ++number) {
    const auto name = server_name(wish, number);
    MS_TRY(const auto server, find(admin, collections::servers, name,
                                   {{"all_tenants", "1"}, {"project_id", ids.project}}, stop));
    if (!server) {
      drift.push_back("server " + name + " is missing");
      continue;
    }
    const auto status = server->value("status", std::string());
    if (status != "ACTIVE") drift.push_back("server " + name + " is " + status);
    ids.servers.push_back(id_of(*server));
    ids.server_names.push_back(name);
    MS_TRY(const auto ports, list(admin, collections::ports, {{"device_id", id_of(*server)}}, stop));
    bool has_address = false;
    for (const auto& port : ports) {
      MS_TRY(const auto addresses, list(admin, collections::floating_ips, {{"port_id", id_of(port)}}, stop));
      for (const auto& address : addresses) {
        has_address = true;
        ids.floating_ips.push_back(address.value("floating_ip_address", std::string()));
      }
    }
    if (!has_address) drift.push_back("server " + name + " has no floating IP");
  }
  return drift;
}

Result<int> count_demo_servers(Session& admin, const std::string& project, std::stop_token stop) {
  MS_TRY(const auto there, find(admin, collections::projects, project, {}, stop));
  if (!there) return 0;
  MS_TRY(const auto servers,
         list(admin, collections::servers, {{"all_tenants", "1"}, {"project_id", id_of(*there)}}, stop));
  std::set<std::string> names;
  for (const auto& server : servers) names.insert(server.value("name", std::string()));
  int count = 0;
  while (names.contains(project + "-" + std::to_string(count + 1))) ++count;
  return count;
}

Status remove_demo_servers(Session& tenant, const DemoWish& wish, int keep, const Wait& wait) {
  for (int number = keep + 1;; ++number) {
    MS_TRY(const auto server, find(tenant, collections::servers, server_name(wish, number), {}, wait.stop));
    if (!server) return {};
    MS_CHECK(release_floating_ips(tenant, id_of(*server), wait.stop));
    MS_CHECK(delete_server(tenant, id_of(*server), wait));
  }
}

namespace {

// Servers of the project that are not the demo's.
Result<std::vector<Json>> other_servers(Session& tenant, const DemoWish& wish, std::stop_token stop) {
  MS_TRY(auto servers, list(tenant, collections::servers, {}, stop));
  for (int number = 1;; ++number) {
    const auto own = std::erase_if(servers, [&](const Json& server) {
      return server.value("name", std::string()) == server_name(wish, number);
    });
    if (own == 0) return servers;
  }
}

Status remove_others(Session& tenant, const DemoWish& wish, bool others, const Wait& wait) {
  MS_TRY(const auto servers, other_servers(tenant, wish, wait.stop));
  std::string names;
  for (const auto& server : servers) names += " " + server.value("name", std::string());
  if (!names.empty() && !others)
    return ask("the project " + wish.project + " has servers that are not of this resource:" + names,
               tenant.access().auth_url, "delete them first: openstack server delete" + names);
  for (const auto& server : servers) {
    MS_CHECK(release_floating_ips(tenant, id_of(server), wait.stop));
    MS_CHECK(delete_server(tenant, id_of(server), wait));
  }
  return {};
}

}  // namespace

Status remove_demo(Session& admin, Session* tenant, const DemoWish& wish, bool others, const Wait& wait) {
  MS_TRY(const auto project, find(admin, collections::projects, wish.project, {}, wait.stop));
  if (project && tenant) {
    const Filters own = {{"project_id", id_of(*project)}};
    MS_CHECK(remove_others(*tenant, wish, others, wait));
    MS_CHECK(remove_demo_servers(*tenant, wish, 0, wait));
    MS_CHECK(remove_named(*tenant, collections::keypairs, wish.project, wait.stop));
    MS_TRY(const auto router, find(*tenant, collections::routers, wish.project, own, wait.stop));
    MS_TRY(const auto subnet, find(*tenant, collections::subnets, wish.project + "-v4", own, wait.stop));
    if (router && subnet)
      MS_CHECK(remove_router_interface(*tenant, id_of(*router), id_of(*subnet), wait.stop));
    if (router) MS_CHECK(remove(*tenant, collections::routers, id_of(*router), wait.stop));
    MS_CHECK(remove_named(*tenant, collections::networks, wish.project, wait.stop, own));
    MS_CHECK(remove_named(*tenant, collections::security_groups, wish.project, wait.stop, own));
  }
  MS_CHECK(remove_named(admin, collections::users, wish.user, wait.stop));
  if (project) MS_CHECK(remove(admin, collections::projects, id_of(*project), wait.stop));
  MS_CHECK(remove_named(admin, collections::images, wish.image.name, wait.stop));
  for (const auto& flavor : demo_flavors())
    MS_CHECK(remove_named(admin, collections::flavors, flavor.name, wait.stop));
  return {};
}

}  // namespace microstack
