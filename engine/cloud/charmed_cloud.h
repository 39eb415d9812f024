// A cloud whose control plane is charms, as resources and verbs share it. Its nodes are ours, as on the other substrate.
#pragma once

#include <mutex>

#include "engine/catalogue/catalogue.h"
#include "engine/cloud/any_cloud.h"
#include "engine/substrate/juju/plane.h"
#include "engine/substrate/juju/record.h"

namespace microstack {

class CharmedCloud : public AnyCloud {
 public:
  // All but the name outlive it. `program`: microstack-hypervisor for its nodes. Without `open`: the real hosts.
  CharmedCloud(std::string name, charmed::Tools& tools, charmed::DeploymentRecord& record,
               const Catalogue& catalogue, std::string program, OpenHost open = {});

  const std::string& name() const override { return name_; }
  ClusterNode member(std::string name, Place place) const override {
    return ClusterNode(name_, std::move(name), std::move(place), program_, open_);
  }
  // With the charms' own defaults: physnet1 on br-ex, an MTU of 1500.
  Result<std::optional<Profile>> profile() override;
  Result<std::optional<Deployment>> deployment() override;
  Result<std::optional<Deployment>> snapshot() override;
  Status edit_deployment(const Patch& patch, const Watch& watch) override;
  // The charms are asked once, for all nodes of this process.
  Status join(Profile& node, const Watch& watch) override;
  // Nova and Neutron forget it when its services and agents are deleted there; nobody else knows it.
  Status part(const Profile&, const Watch&) override { return {}; }
  Result<openstack::Session*> admin(const Watch& watch) override;
  Result<std::unique_ptr<openstack::Session>> session(const std::string& user, const Secret& password,
                                                      const std::string& project) override;
  Result<std::string> authority(const Watch& watch) override;

 private:
  std::string name_;
  charmed::Tools& tools_;
  charmed::DeploymentRecord& record_;
  const Catalogue& catalogue_;
  std::string program_;
  OpenHost open_;
  std::mutex editing_, asking_;
  std::mutex mutex_;  // of the members below
  std::optional<std::optional<Deployment>> snapshot_;
  std::optional<charmed::ForHypervisors> plane_;
  std::optional<std::string> authority_;
  std::unique_ptr<http::Client> http_;
  std::unique_ptr<openstack::Session> admin_;
};

}  // namespace microstack
