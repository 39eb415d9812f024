// A cloud as resources and verbs share it, wherever its control plane runs: its record, its nodes, sessions with its API.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/secret.h"
#include "engine/catalogue/deployment.h"
#include "engine/catalogue/profile.h"
#include "engine/clients/openstack/compute.h"
#include "engine/clients/openstack/session.h"
#include "engine/cloud/batch.h"
#include "engine/cloud/node.h"

namespace microstack {

class AnyCloud {
 public:
  virtual ~AnyCloud() = default;

  virtual const std::string& name() const = 0;
  // Name of the node that is the cluster's own; empty: its control plane is on no node.
  virtual std::string machine() const { return {}; }
  virtual Result<Host*> node() { return ask("the control plane of cluster " + name() + " is on no node"); }
  // Another node of it.
  virtual ClusterNode member(std::string name, Place place) const = 0;
  // What its nodes' profiles are decided from; nullopt: it is not finished.
  virtual Result<std::optional<Profile>> profile() = 0;
  // The same, looked at once for all who only read.
  virtual Result<std::optional<Profile>> known_profile() { return profile(); }
  // What the node that is its own calls itself.
  virtual Result<std::string> host_name() {
    return ask("the control plane of cluster " + name() + " is on no node");
  }

  // The truth about the deployment; nullopt where nothing was ever finished.
  virtual Result<std::optional<Deployment>> deployment() = 0;
  // The same, looked at once for all who only read.
  virtual Result<std::optional<Deployment>> snapshot() = 0;
  // Changes it by the merge patch that `patch` makes of what is there; again on top of it when somebody else
  // was first.
  using Patch = std::function<Json(const std::optional<Deployment>&)>;
  virtual Status edit_deployment(const Patch& patch, const Watch& watch) = 0;

  // Makes a node known to the control plane, and puts into its profile what that alone knows: secrets, certificates, where its
  // parts are. They are in this process's memory only.
  virtual Status join(Profile& node, const Watch& watch) = 0;
  // Forgets a node that is gone.
  virtual Status part(const Profile& node, const Watch& watch) = 0;
  // Nova, and when its chassis is gone Neutron, know nothing of a host that left; those that leave at once in one go.
  Status forget_compute(const std::string& host, const Watch& watch);
  Status forget_agents(const std::string& host, const Watch& watch);
  // The compute service of each host, looked at once for all who ask at the same time.
  Result<std::vector<openstack::ComputeService>> compute_services(const Watch& watch);

  // A session of the administrator in project admin, or with another account and project.
  virtual Result<openstack::Session*> admin(const Watch& watch) = 0;
  virtual Result<std::unique_ptr<openstack::Session>> session(const std::string& user, const Secret& password,
                                                              const std::string& project) = 0;
  // Certificates of whom its endpoints are signed by, PEM; empty: whom the system believes.
  virtual Result<std::string> authority(const Watch& watch) = 0;

  // A name for all that this process decides to remove from it.
  const std::string removals = random_secret(12).reveal();

 protected:
  static constexpr std::chrono::milliseconds gather{150};  // resources of one apply begin within this

 private:
  using Hosts = Batch<std::string, std::optional<Error>>;
  using Forget = Result<std::vector<std::optional<Error>>> (&)(openstack::Session&,
                                                               const std::vector<std::string>& hosts,
                                                               std::stop_token);
  Status forget(Hosts& leaving, const std::string& host, Forget forget_all, const Watch& watch);

  Hosts computes_{gather}, agents_{gather};
  Batch<bool, std::vector<openstack::ComputeService>> looks_{std::chrono::milliseconds(0)};
};

}  // namespace microstack
