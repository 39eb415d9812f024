#include "engine/cloud/guests.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/clients/openstack/collection.h"

namespace microstack {

using namespace openstack;

namespace {

constexpr const char* leaves = "leaves the cluster";

// How far a guest is with leaving: the next action is begun once it has settled from the last one.
enum class Asked { nothing, first, second };

bool settled(const Server& server) {
  return server.status == "ACTIVE" || server.status == "SHUTOFF" || server.status == "PAUSED" ||
         server.status == "SUSPENDED" || server.status == "ERROR" || server.status == "SHELVED";
}

// A guest that runs is migrated while it runs; one that is off, and one that would not migrate, is shelved: its disk
// becomes an image, and it belongs to no host any more.
Status send_away(Session& admin, const Server& guest, Guests wish, bool alive, Asked& asked,
                 std::stop_token stop) {
  if (!settled(guest)) return {};
  if (!alive) {
    if (asked != Asked::nothing) return {};
    // Up to 2.94 a rebuilt guest runs when it ran before, from 2.95 on it stays off. Nova refuses until it takes the host
    // for dead itself, a minute after it was last heard of.
    MS_CHECK(act_on_server(admin, guest.id, "evacuate", Json::object(),
                           wish == Guests::stop ? "2.95" : "2.94", stop));
    asked = Asked::first;
    return {};
  }
  if (wish == Guests::migrate && guest.status == "ACTIVE" && asked == Asked::nothing) {
    asked = Asked::first;
    return act_on_server(admin, guest.id, "os-migrateLive", {{"host", nullptr}, {"block_migration", "auto"}},
                         {}, stop);
  }
  if (guest.status == "SHELVED") return act_on_server(admin, guest.id, "shelveOffload", nullptr, {}, stop);
  if (asked == Asked::second) return {};
  asked = Asked::second;
  return act_on_server(admin, guest.id, "shelve", nullptr, {}, stop);
}

// A guest is elsewhere a moment before its migration has ended, and so long Nova keeps the service of the host that it came from.
// One that ends in that moment leaves a migration that nobody ends any more.
Result<std::vector<std::string>> migrations_of(Session& admin, const std::string& host,
                                               std::stop_token stop) {
  static const std::set<std::string> ended = {"completed", "confirmed", "reverted", "error",
                                              "failed",    "cancelled", "done"};
  MS_TRY(const Json answer, admin.get("compute", "/os-migrations?host=" + host, stop));
  std::vector<std::string> guests;
  for (const Json& one : answer.value("migrations", Json::array())) {
    const Json status = one.value("status", Json()), guest = one.value("instance_uuid", Json());
    if (status.is_string() && guest.is_string() && !ended.contains(status.get<std::string>()))
      guests.push_back(guest);
  }
  return guests;
}

Error not_ended(const std::vector<std::string>& moving, const std::string& host) {
  std::string ids;
  for (const auto& id : moving) ids += (ids.empty() ? "" : ", ") + id.substr(0, 8);
  return retry("migrations from or to node " + host + " have not ended: of guests " + ids, host,
               "see them: openstack server migration list --host " + host +
                   ", and confirm or revert what was resized; the next apply goes on");
}

Error in_the_way(const std::vector<Server>& left, const std::string& host, Guests wish, bool alive) {
  const std::string names = names_of(left);
  if (wish == Guests::refuse)
    return ask(
        "guests are on node " + host + ": " + names, host,
        alive ? "delete or move them, or set guests = \"migrate\" or \"stop\" and apply first"
              : "the node is off: set guests = \"migrate\" (rebuilt on other nodes from their images) or "
                "\"stop\" (the same, left off), or delete them",
        {"guests"});
  return retry(
      "guests did not leave node " + host + " in time: " + names, host,
      "see why: openstack server show ID, and the log of nova-compute there; the next apply goes on");
}

}  // namespace

std::string names_of(const std::vector<Server>& servers) {
  std::string out;
  for (const auto& server : servers)
    out +=
        (out.empty() ? "" : ", ") + server.name + " (" + server.id.substr(0, 8) + ", " + server.status + ")";
  return out;
}

Status vacate(Session& admin, const std::string& host, Guests wish, bool alive, const Wait& wait) {
  MS_CHECK(disable_compute_service(admin, host, leaves, wait.stop));
  std::map<std::string, Asked> asked;
  std::vector<Server> left;
  std::vector<std::string> moving;
  std::optional<Error> refused;
  const auto gone = wait_until("guests to leave node " + host, wait, [&]() -> Result<bool> {
    MS_TRY(left, servers_on(admin, host, wait.stop));
    if (left.empty()) {
      MS_TRY(moving, migrations_of(admin, host, wait.stop));
      return moving.empty();
    }
    if (wish == Guests::refuse) return false;
    for (const auto& guest : left)
      if (auto sent = send_away(admin, guest, wish, alive, asked[guest.id], wait.stop); !sent)
        refused = std::move(sent).error();
    return false;
  });
  if (gone) return {};
  if (left.empty() && moving.empty()) return gone.error();
  auto error = left.empty() ? not_ended(moving, host) : in_the_way(left, host, wish, alive);
  if (wish == Guests::refuse)  // it stays what it was
    if (auto stays = enable_compute_service(admin, host); !stays)
      error.causes.push_back(std::move(stays).error());
  if (refused) error.causes.push_back(std::move(*refused));
  return error;
}

bool is_leaving(const ComputeService& service) {
  return !service.enabled && service.disabled_reason == leaves;
}

Result<Forgotten> forget_compute(Session& admin, const std::vector<std::string>& hosts,
                                 std::stop_token stop) {
  MS_TRY(const auto services, compute_services(admin, stop));
  Forgotten all;
  for (const auto& host : hosts) {
    auto& failed = all.emplace_back();
    for (const auto& service : services) {
      if (service.host != host) continue;
      if (auto gone = delete_compute_service(admin, service.id, stop); !gone)
        failed = doing("forgetting hypervisor " + host, std::move(gone).error());
    }
  }
  return all;
}

// Neutron knows its agents by following OVN's database: what it hears late of one that was deleted brings it back. So it is
// looked again until none has come back for two looks.
Result<Forgotten> forget_agents(Session& admin, const std::vector<std::string>& hosts, std::stop_token stop) {
  static const Collection agents{"network", "/v2.0/agents", "agent", "agents"};
  Forgotten all(hosts.size());
  int left = 0;  // looks, after those that deleted something
  const auto none_is_left = [&]() -> Result<bool> {
    MS_TRY(const auto found, list(admin, agents, {}, stop));
    if (left > 0) --left;
    for (const auto& agent : found) {
      const auto host = std::find(hosts.begin(), hosts.end(), agent.value("host", std::string()));
      if (host == hosts.end()) continue;
      auto& failed = all[static_cast<std::size_t>(host - hosts.begin())];
      if (failed) continue;
      left = 2;
      if (auto gone = openstack::remove(admin, agents, agent.value("id", std::string()), stop); !gone)
        failed = doing("forgetting the network agents of " + *host, std::move(gone).error());
    }
    return left == 0;
  };
  const Wait wait{.limit = std::chrono::seconds(20), .stop = stop};
  MS_CHECK(wait_until("Neutron to forget the agents of nodes that left", wait, none_is_left));
  return all;
}

}  // namespace microstack
