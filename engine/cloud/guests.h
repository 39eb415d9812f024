// The guests of a node that leaves, and what Nova and Neutron keep of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/clients/openstack/compute.h"

namespace microstack {

// What is to become of them.
enum class Guests {
  refuse,   // nobody leaves while there are any
  migrate,  // moved to other nodes while they run; from a dead node rebuilt there
  stop,  // shelved: ended, kept as an image, started elsewhere when their owner wants; from a dead node rebuilt, off
};

// "a (4f1c), b (77aa)": for messages.
std::string names_of(const std::vector<openstack::Server>& servers);

// Until there is none on `host`, at most wait.limit. Nothing new is placed there from here on. `alive`: whether the
// node can still do its part. An error names the guests that are left and what to do about them.
Status vacate(openstack::Session& admin, const std::string& host, Guests wish, bool alive,
              const openstack::Wait& wait);

// Whether vacate() began with it and did not end: nothing is placed there any more.
bool is_leaving(const openstack::ComputeService& service);

// What became of each host, in their order: nothing, or its own error.
using Forgotten = std::vector<std::optional<Error>>;
// Deletes the compute services of these hosts in Nova, and with them hypervisor, resource provider and mapping. To be called
// when nova-compute runs there no more: it would register itself again. One after the other: Nova has few workers, and each
// of these asks Placement in turn.
Result<Forgotten> forget_compute(openstack::Session& admin, const std::vector<std::string>& hosts,
                                 std::stop_token stop);
// Deletes the agents of these hosts in Neutron, which remembers them when their chassis is gone. To be called after that.
Result<Forgotten> forget_agents(openstack::Session& admin, const std::vector<std::string>& hosts,
                                std::stop_token stop);

}  // namespace microstack
