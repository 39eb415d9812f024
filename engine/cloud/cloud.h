// A cloud as the resources share it: how its first node is reached, what it says of itself, and a session
// with its API. One per cluster and process: what was read once serves all resources that read it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/places.h"
#include "engine/catalogue/catalogue.h"
#include "engine/catalogue/deployment.h"
#include "engine/catalogue/profile.h"
#include "engine/clients/openstack/session.h"
#include "engine/host/local_host.h"
#include "engine/host/ssh_host.h"
#include "engine/cloud/hypervisor.h"

namespace microstack {

// microstack://NAME@API_ADDRESS/FINGERPRINT; FINGERPRINT is 128 bits of the hash of the cluster's authority.
struct ClusterId {
  std::string name;
  std::string api_address;
  std::string fingerprint;

  static Result<ClusterId> parse(const std::string& text);
  std::string text() const { return "microstack://" + name + "@" + api_address + "/" + fingerprint; }
};
std::string fingerprint_of(const std::string& ca_pem);

// Where a cloud's first node is.
struct Place {
  enum class Kind { machine, ssh, local } kind = Kind::machine;
  SshTarget ssh;
};

class Cloud {
 public:
  Cloud(std::string name, Place place, std::string program);

  const std::string& name() const { return name_; }
  const Place& place() const { return place_; }
  // Name of the machine that is the first node.
  std::string machine() const { return name_ + "-1"; }

  // The verbs of this host: machine up, remove, list.
  Result<Json> on_host(const std::vector<std::string>& verb, const std::string& stdin_text,
                       const Watch& watch);
  // What the host knows of the machine; null when there is none.
  Result<Json> machine_status(const Watch& watch);

  // The first node itself.
  Result<Host*> node();
  // The verbs of the node: install, status, deployment. The program is brought there first.
  Result<Json> on_node(const std::vector<std::string>& verb, const std::string& stdin_text,
                       const Watch& watch);

  // What the node was last installed with; nullopt where it never was.
  Result<std::optional<Profile>> profile();
  // Changes it and installs; one at a time, however many resources ask, and after an installation that
  // somebody else began. Returns the facts the node says of itself.
  Result<Json> install(const std::function<Status(Profile&)>& change, const Watch& watch);
  // Differences and facts; asked once until something is installed.
  Result<Json> status(const Watch& watch);

  // The truth about the deployment, as the control node keeps it; nullopt where nothing was ever finished.
  Result<std::optional<Deployment>> deployment();
  // Changes it by the merge patch that `patch` makes of what is there; again on top of it when somebody else
  // was first.
  Status edit_deployment(const std::function<Json(const std::optional<Deployment>&)>& patch,
                         const Watch& watch);

  // A session of the administrator in project admin, or with another account and project.
  Result<openstack::Session*> admin(const Watch& watch = {});
  Result<std::unique_ptr<openstack::Session>> session(const std::string& user, const Secret& password,
                                                      const std::string& project);
  // A secret kept on the control node, drawn when it is asked for the first time.
  Result<Secret> secret(const std::string& secret_name);
  Status forget_secret(const std::string& secret_name);

 private:
  Result<openstack::Access> access(const Watch& watch);
  // Below the node's state folder.
  std::string on_node_path(const std::string& file) const;

  std::string name_;
  Place place_;
  std::string program_;
  std::map<std::string, std::string> environment_;
  LocalHost local_;
  std::unique_ptr<Host> node_;
  std::string program_on_node_;
  std::unique_ptr<http::Client> http_;
  std::unique_ptr<openstack::Session> admin_;
  std::optional<Json> status_;
  std::recursive_mutex mutex_;  // of the members above
  std::mutex installing_;
};

// All clouds of this process.
class Clouds {
 public:
  explicit Clouds(Catalogue catalogue) : catalogue_(std::move(catalogue)) {}
  const Catalogue& catalogue() const { return catalogue_; }

  // The cloud of a cluster that is being made or was made by this name.
  Result<std::shared_ptr<Cloud>> of(const std::string& name, const Place& place);
  // The cloud of an id. How it is reached: as it was in this process, else as a machine of this host.
  Result<std::shared_ptr<Cloud>> of_id(const std::string& cluster_id);
  void forget(const std::string& name);

 private:
  Catalogue catalogue_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Cloud>> clouds_;
};

}  // namespace microstack
