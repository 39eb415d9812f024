// One machine of a cluster: the host it is on, and itself, as what microstack-hypervisor can be run on.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/catalogue/profile.h"
#include "engine/cloud/hypervisor.h"
#include "engine/host/local_host.h"
#include "engine/host/ssh_host.h"

namespace microstack {

// Where a node is: a machine on this host (or on `outer`), a server over SSH, or this very host.
struct Place {
  enum class Kind { machine, ssh, local } kind = Kind::machine;
  SshTarget ssh = {};
  std::optional<SshTarget> outer = {};
};

// Opens the node of that name at a place, or, without a name, the host its machine is on. Another one where hosts are
// simulated.
using OpenHost = std::function<Result<std::unique_ptr<Host>>(const Place& place, const std::string& node)>;

class ClusterNode {
 public:
  // `program`: microstack-hypervisor for the node. Without `open`: the real hosts.
  ClusterNode(std::string cluster, std::string name, Place place, std::string program, OpenHost open = {});

  const std::string& name() const { return name_; }
  const Place& place() const { return place_; }

  // The verbs of the host the machine is on: machine up, remove, list.
  Result<Json> on_host(const std::vector<std::string>& verb, const std::string& stdin_text,
                       const Watch& watch);
  // Takes the program from a host that it was brought to and that carries no machine any more.
  Status leave_host(const Watch& watch);
  // What that host knows of the machine; null when there is none.
  Result<Json> machine_status(const Watch& watch);

  Result<Host*> host();
  // The verbs of the node: install, status, deployment. The program is brought there first.
  Result<Json> on_node(const std::vector<std::string>& verb, const std::string& stdin_text,
                       const Watch& watch);
  // What the node was last installed with; nullopt where it never was.
  Result<std::optional<Profile>> profile();
  // After an installation that somebody else began. Returns the facts the node says of itself.
  Result<Json> install(const Profile& profile, const Watch& watch);
  Result<Json> status(const Watch& watch) { return on_node({"status"}, {}, watch); }

  // Below the node's state folder.
  std::string path(const std::string& file) const;

 private:
  Result<Host*> outer();
  Result<long> leader();

  std::string cluster_;
  std::string name_;
  Place place_;
  std::string program_;
  OpenHost open_;
  std::map<std::string, std::string> environment_;
  LocalHost local_;
  std::unique_ptr<Host> outer_, host_;
  std::string program_on_outer_, program_on_node_;
  // The machine's first process, not asked for again within `leader_kept`: its number belongs to nobody else so soon.
  static constexpr std::chrono::seconds leader_kept{5};
  long leader_ = 0;
  std::chrono::steady_clock::time_point leader_asked_;
  std::recursive_mutex mutex_;  // of the members above
};

}  // namespace microstack
