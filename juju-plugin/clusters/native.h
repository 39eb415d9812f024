// A cloud whose control plane is systemd services of its nodes.
#pragma once

#include "engine/cloud/cloud.h"
#include "juju-plugin/clusters/cluster.h"

namespace microstack::plugin {

class NativeCluster : public Cluster {
 public:
  // The catalogue outlives it.
  NativeCluster(const Catalogue& catalogue, std::shared_ptr<Cloud> cloud)
      : catalogue_(catalogue), cloud_(std::move(cloud)) {}

  std::string name() const override { return cloud_->name(); }
  CloudStatus status(const Watch& watch) override;
  Result<Deployment> deployment() override;
  Result<std::string> dashboard(const Watch& watch) override;
  Result<openstack::Session*> admin(const Watch& watch) override { return cloud_->admin(watch); }
  Result<std::unique_ptr<openstack::Session>> session(const std::string& user, const Secret& password,
                                                      const std::string& project) override {
    return cloud_->session(user, password, project);
  }
  Result<Secret> secret(const std::string& name) override { return cloud_->secret(name); }
  Result<std::string> authority(const Watch& watch) override;
  Result<std::string> guest_image(const Watch& watch) override;
  Result<ExternalNetworkWish> external_network(const Watch& watch) override;
  std::vector<std::string> features() const override;
  Result<bool> enable(const std::string& feature, const std::vector<std::string>& words, bool force,
                      const Watch& watch) override;
  Result<bool> may_disable(const std::string& feature, bool force) override;
  Status disable(const std::string& feature, const Watch& watch) override;
  Result<std::vector<Setting>> settings(const std::string& component) override;
  Result<bool> configure(const std::string& component, const std::vector<std::string>& words, bool force,
                         const Watch& watch) override;
  Status refresh(const Watch& watch) override;
  Status destroy(bool force, const Watch& watch) override;
  std::vector<Evidence> evidence(const Watch& watch) override;
  std::vector<std::pair<std::string, Secret>> secrets(const Watch& watch) override;

 private:
  Result<bool> change(const Component& component, const std::vector<std::string>& words, bool force,
                      const Watch& watch);

  const Catalogue& catalogue_;
  std::shared_ptr<Cloud> cloud_;
};

}  // namespace microstack::plugin
