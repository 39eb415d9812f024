// A cloud as the resources share it: how its first node is reached, what it says of itself, and a session
// with its API. One per cluster and process: what was read once serves all resources that read it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/places.h"
#include "engine/catalogue/catalogue.h"
#include "engine/catalogue/deployment.h"
#include "engine/catalogue/profile.h"
#include "engine/clients/openstack/compute.h"
#include "engine/clients/openstack/session.h"
#include "engine/cloud/batch.h"
#include "engine/cloud/node.h"

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

class Cloud {
 public:
  Cloud(std::string name, Place place, std::string program, OpenHost open = {});

  const std::string& name() const { return name_; }
  const Place& place() const { return first_.place(); }
  // Name of the machine that is the first node.
  const std::string& machine() const { return first_.name(); }

  // Another node of it.
  ClusterNode member(std::string name, Place place) const {
    return ClusterNode(name_, std::move(name), std::move(place), program_, open_);
  }

  // The first node: its host, itself, what it was last installed with.
  Result<Json> on_host(const std::vector<std::string>& verb, const std::string& stdin_text,
                       const Watch& watch) {
    return first_.on_host(verb, stdin_text, watch);
  }
  Result<Json> machine_status(const Watch& watch) { return first_.machine_status(watch); }
  Result<Host*> node() { return first_.host(); }
  Result<Json> on_node(const std::vector<std::string>& verb, const std::string& stdin_text,
                       const Watch& watch) {
    return first_.on_node(verb, stdin_text, watch);
  }
  Result<std::optional<Profile>> profile() { return first_.profile(); }
  // Changes it and installs; one at a time, however many resources ask, and after an installation that
  // somebody else began. Returns the facts the node says of itself.
  Result<Json> install(const std::function<Status(Profile&)>& change, const Watch& watch);
  // Differences and facts; asked once until something is installed.
  Result<Json> status(const Watch& watch);

  // The truth about the deployment, as the control node keeps it; nullopt where nothing was ever finished.
  Result<std::optional<Deployment>> deployment();
  // The same, looked at once for all who only read.
  Result<std::optional<Deployment>> snapshot();
  // The first node's profile and host name, looked at once until something is installed.
  Result<std::optional<Profile>> known_profile();
  Result<std::string> host_name();
  // Changes it by the merge patch that `patch` makes of what is there; again on top of it when somebody else
  // was first. What several resources change at once is written once.
  using Patch = std::function<Json(const std::optional<Deployment>&)>;
  Status edit_deployment(const Patch& patch, const Watch& watch);

  // Makes a node known to the control node and returns the secrets it is to be given; all that join at once in one
  // call. They are in this process's memory only.
  Result<std::map<std::string, std::string>> join(const Profile& node, const Watch& watch);
  // Forgets a node that is gone.
  Status part(const Profile& node, const Watch& watch);
  // Nova, and when their chassis is gone Neutron, know nothing of a host that left; those that leave at once in one go.
  Status forget_compute(const std::string& host, const Watch& watch);
  Status forget_agents(const std::string& host, const Watch& watch);
  // The compute service of each host, looked at once for all who ask at the same time.
  Result<std::vector<openstack::ComputeService>> compute_services(const Watch& watch);

  // Set while its removal is planned: nodes that go along need not leave one by one.
  std::atomic<bool> leaving = false;

  // A session of the administrator in project admin, or with another account and project.
  Result<openstack::Session*> admin(const Watch& watch = {});
  Result<std::unique_ptr<openstack::Session>> session(const std::string& user, const Secret& password,
                                                      const std::string& project);
  // A secret kept on the control node, drawn when it is asked for the first time.
  Result<Secret> secret(const std::string& secret_name);
  Status forget_secret(const std::string& secret_name);

 private:
  Result<openstack::Access> access(const Watch& watch);
  std::string name_;
  std::string program_;
  OpenHost open_;
  ClusterNode first_;
  std::unique_ptr<http::Client> http_;
  std::unique_ptr<openstack::Session> admin_;
  std::optional<Json> status_;
  std::optional<std::optional<Deployment>> snapshot_;
  std::optional<std::optional<Profile>> profile_;
  std::string host_name_;
  std::recursive_mutex mutex_;  // of the members above
  std::mutex installing_;
  static constexpr std::chrono::milliseconds gather{150};  // resources of one apply begin within this
  Batch<Patch, bool> edits_{gather};
  Batch<Profile, std::map<std::string, std::string>> joins_{gather};
  Batch<Profile, bool> parts_{gather};
  Batch<std::string, bool> computes_{gather}, agents_{gather};
  Batch<bool, std::vector<openstack::ComputeService>> looks_{std::chrono::milliseconds(0)};
};

// How servers are reached that do not say it themselves: the provider's own argument `ssh`. The key is in this process's
// memory only.
struct SshDefaults {
  std::string user;
  std::string private_key_file;
  Secret private_key;
};

// All clouds of this process.
class Clouds {
 public:
  explicit Clouds(Catalogue catalogue) : catalogue_(std::move(catalogue)) {}
  const Catalogue& catalogue() const { return catalogue_; }
  SshDefaults ssh;  // set once, before anything is asked
  OpenHost open;    // unset: the real hosts

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
