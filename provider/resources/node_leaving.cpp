#include "provider/resources/node_leaving.h"

#include <algorithm>

#include "engine/cloud/merge_patch.h"
#include "provider/cloud/watching.h"
#include "provider/resources/node_place.h"

namespace microstack::provider {

using namespace terraform;
using namespace std::chrono_literals;

namespace {

constexpr auto refusal_wait = 60s;  // guests of the same destroy are on their way out
constexpr auto dead_after = 20s;    // a control plane that does not answer for so long

bool is_alive(ClusterNode& there, Call& call) {
  const auto host = there.host();
  if (!host) return false;
  Command look{{"systemctl", "is-active", "--quiet", "nova-compute"}};
  look.limit = 15s;
  const auto answer = (*host)->run(look, call.stop());
  return answer && answer->ok();
}

// Whether the host of the node is away; whatever else went wrong there is worth another try.
bool is_away(ClusterNode& there, const NodeModel& node, Call& call) {
  if (call.stop().stop_requested()) return false;
  if (node.local.is_known()) return false;
  auto watch = watching(call);
  watch.limit = 15s;
  if (node.machine.is_known())
    return node.machine->host.is_known() && !there.on_host({"machine", "list"}, {}, watch);
  const auto host = there.host();
  Command look{{"true"}};
  look.limit = watch.limit;
  return host && !(*host)->run(look, call.stop());
}

// nullptr: it is dead, which was told. An error: somebody wants us to stop.
Result<openstack::Session*> admin_if_alive(AnyCloud& cloud, const std::string& without_it, Call& call) {
  openstack::Wait wait{.limit = dead_after, .pause = 2s, .stop = call.stop()};
  openstack::Session* admin = nullptr;
  std::optional<Error> why;
  const auto answers = openstack::wait_until("the control plane to answer", wait, [&]() -> Result<bool> {
    const auto control = cloud.known_profile();
    const auto session = cloud.admin(watching(call));
    if (control && *control && session) return admin = *session, true;
    why = !control    ? control.error()
          : !*control ? ask("cluster " + cloud.name() + " is not finished")
                      : session.error();
    return false;
  });
  if (answers) return admin;
  if (call.stop().stop_requested()) return answers.error();
  call.warn(without_it, (why ? *why : answers.error()).text());
  return nullptr;
}

Status forget(const Clouds& clouds, AnyCloud& cloud, const NodeModel& node, bool stays, Call& call) {
  const auto watch = watching(call);
  MS_TRY(const auto* admin,
         admin_if_alive(
             cloud, "The control plane does not answer: its records of node " + *node.name + " stay", call));
  if (!admin) return {};
  const bool hypervisor = stays || computes(node);
  if (hypervisor) MS_CHECK(cloud.forget_compute(*node.name, watch));
  MS_TRY(const auto control, cloud.known_profile());
  NodeModel gone = node;
  if (stays) gone.roles = Set<std::string>{{"compute"}};
  auto profile =
      profile_of(gone, *control, clouds.catalogue(), {*node.address, *node.tunnel_address, {}, {}});
  if (stays)  // what it goes on with is not forgotten
    std::erase_if(profile.components, [&](const auto& choice) {
      return runs_on(*clouds.catalogue().find(choice.name), node.roles->items);
    });
  MS_CHECK(cloud.part(profile, watch));
  if (stays) return {};
  MS_CHECK(cloud.forget_agents(*node.name, watch));
  return cloud.edit_deployment(
      [&](const std::optional<Deployment>& record) -> Json {
        if (!record) return Json::object();
        Deployment now = *record;
        now.members.erase(*node.name);
        return merge_patch(to_json(*record), to_json(now));
      },
      watch);
}

}  // namespace

Guests guests_of(const NodeModel& node) {
  const auto wish = node.guests.value_or("refuse");
  return wish == "migrate" ? Guests::migrate : wish == "stop" ? Guests::stop : Guests::refuse;
}

bool is_hypervisor(const std::vector<openstack::ComputeService>& services, const NodeModel& node) {
  return std::any_of(services.begin(), services.end(), [&](const auto& service) {
    return service.binary == "nova-compute" && service.host == *node.name;
  });
}

Status leave_cluster(const Clouds& clouds, AnyCloud& cloud, const NodeModel& node, Call& call) {
  if (computes(node)) {
    ClusterNode there = reach(clouds, cloud, node);
    MS_CHECK(vacate_node(cloud, node, is_alive(there, call), call));
  }
  MS_CHECK(undo_node(clouds, cloud, node, call));
  return forget(clouds, cloud, node, /*stays=*/false, call);
}

Status vacate_node(AnyCloud& cloud, const NodeModel& node, bool alive, Call& call) {
  MS_TRY(auto* admin,
         admin_if_alive(cloud, "The cloud cannot be asked for guests on node " + *node.name, call));
  if (!admin) return {};
  openstack::Wait wait;
  wait.stop = call.stop();
  wait.limit = guests_of(node) == Guests::refuse ? std::chrono::milliseconds(refusal_wait) : 10min;
  wait.pause = 1s;
  MS_TRY(const auto services, cloud.compute_services(watching(call)));
  if (!is_hypervisor(services, node)) return {};
  return vacate(*admin, *node.name, guests_of(node), alive, wait);
}

Status undo_node(const Clouds& clouds, AnyCloud& cloud, const NodeModel& node, Call& call) {
  ClusterNode there = reach(clouds, cloud, node);
  const auto watch = watching(call);
  const bool machine = node.machine.is_known();
  const auto undone = machine ? there.on_host({"machine", "remove", cloud.name(), *node.name}, {}, watch)
                              : there.on_node({"remove"}, {}, watch);
  if (!undone) {
    if (!is_away(there, node, call)) return undone.error();
    call.warn((machine ? "Machine " : "Server ") + *node.name +
                  " was not undone: " + (machine ? "its host" : "it") + " does not answer",
              undone.error().text() + "\nWhen it is back, run there: microstack-hypervisor " +
                  (machine ? "machine remove " + cloud.name() + " " + *node.name : std::string("remove")));
    return {};
  }
  if (machine) return node.machine->host.is_known() ? there.leave_host(watch) : Status();
  if (node.local.is_known()) return {};
  MS_TRY(Host * server, there.host());
  return server->remove("/usr/local/lib/microstack");  // the program was brought there
}

Status forget_hypervisor(const Clouds& clouds, AnyCloud& cloud, const NodeModel& node, Call& call) {
  return forget(clouds, cloud, node, /*stays=*/true, call);
}

}  // namespace microstack::provider
