// Nova and Placement: servers from wish to console log, and what the cloud's hosts offer.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/clients/openstack/session.h"
#include "engine/clients/openstack/wait.h"

namespace microstack::openstack {

struct ServerWish {
  std::string name;
  std::string flavor_id;
  std::string image_id;
  std::string network_id;
  std::string key_name;
  std::vector<std::string> security_groups;  // by name
  std::string availability_zone;             // "nova:HOST" names a host (administrators only)
  std::string user_data;                     // as it is; base64 is done here
  bool config_drive = false;
};

struct Server {
  std::string id;
  std::string name;
  std::string status;  // BUILD, ACTIVE, ERROR, ...
  std::string fault;   // why it is in ERROR
  std::string host;    // hypervisor, for administrators
};

// Begins to make it, or finds the one of that name in the session's project.
Result<Server> find_or_create_server(Session& session, const ServerWish& wish, std::stop_token stop = {});
Result<bool> is_being_built(Session& session, const std::string& server_id, std::stop_token stop = {});
// Error when it goes to ERROR: Nova's fault and the last lines of the console.
Result<Server> wait_active(Session& session, const std::string& server_id, const Wait& wait);
// Waits until it is gone; succeeds when it is gone already.
Status delete_server(Session& session, const std::string& server_id, const Wait& wait);
// The last `lines` lines.
Result<std::string> console_log(Session& session, const std::string& server_id, int lines = 100,
                                std::stop_token stop = {});

struct ComputeService {
  std::string id;
  std::string binary;  // nova-compute, nova-scheduler, ...
  std::string host;
  bool up = false;
  bool enabled = true;
  std::string disabled_reason;
};
Result<std::vector<ComputeService>> compute_services(Session& session, std::stop_token stop = {});

// Nothing new is placed on the host of a disabled one.
Status disable_compute_service(Session& session, const std::string& host, const std::string& reason,
                               std::stop_token stop = {});
Status enable_compute_service(Session& session, const std::string& host, std::stop_token stop = {});
// With it go the hypervisor, its resource provider and its place in the cell. Nova refuses while guests are on it;
// succeeds when it is gone already.
Status delete_compute_service(Session& session, const std::string& id, std::stop_token stop = {});

// The guests of a hypervisor, of all projects.
Result<std::vector<Server>> servers_on(Session& session, const std::string& host, std::stop_token stop = {});
// An action of a server that Nova begins and answers at once: "os-migrateLive", "shelve", "evacuate". `microversion`
// may be empty.
Status act_on_server(Session& session, const std::string& server_id, const std::string& action,
                     const Json& arguments, const std::string& microversion, std::stop_token stop = {});

struct Hypervisor {
  std::string id;
  std::string host;
  std::string type;
  bool up = false;
  int vcpus = 0, vcpus_used = 0;
  int memory_mib = 0, memory_mib_used = 0;
  int running_vms = 0;
};
Result<std::vector<Hypervisor>> hypervisors(Session& session, std::stop_token stop = {});

// Placement: name of resource provider -> resource class (VCPU, MEMORY_MB, DISK_GB) -> total.
Result<std::map<std::string, std::map<std::string, std::int64_t>>> inventories(Session& session,
                                                                               std::stop_token stop = {});

// Limits of a project; service is "compute" (instances, cores, ram, ...) or "network" (network, port,
// floatingip, ...).
Result<Json> quotas(Session& session, const std::string& service, const std::string& project_id,
                    std::stop_token stop = {});
Status set_quotas(Session& session, const std::string& service, const std::string& project_id,
                  const Json& limits, std::stop_token stop = {});

}  // namespace microstack::openstack
