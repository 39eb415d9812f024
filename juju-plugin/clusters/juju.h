// A cloud whose control plane is charmed operators in a Kubernetes model, on the controller the juju command line is
// logged in to.
#pragma once

#include "engine/clients/juju/websocket.h"
#include "engine/cloud/charmed_cloud.h"
#include "engine/substrate/juju/charmed.h"
#include "engine/substrate/juju/kubernetes.h"
#include "engine/substrate/juju/record.h"
#include "engine/substrate/juju/wish.h"
#include "juju-plugin/clusters/juju_where.h"

namespace microstack::plugin {

class JujuCluster : public Cluster {
 public:
  JujuCluster(const Catalogue& catalogue, JujuWhere where, const Chosen& chosen);
  // The cloud in the client store's current model, or in the model openstack; null where neither holds one.
  static Result<std::unique_ptr<JujuCluster>> current(const Catalogue& catalogue, const Chosen& chosen);

  // Null: none is recorded in the model.
  Result<std::optional<Deployment>> recorded(const Watch& watch);
  // What stands in the way in the Kubernetes it is to run in, where a kubeconfig says which; told to `watch` where it
  // only might.
  Status preflight(const Watch& watch);
  // What a deployment would change, as lines; nothing is changed.
  Result<std::vector<std::string>> differences(const Deployment& wanted, const Watch& watch);
  // From whatever is there to that deployment, and its record. An interrupted one is gone on with.
  Status deploy(Deployment wanted, const Watch& watch);

  std::string name() const override { return tools_.view.name(); }
  // By the connections that are there: a look every few seconds is no login every few seconds.
  bool look_anew() override {
    tools_.view.forget();
    tools_.view.changed();
    return true;
  }
  CloudStatus status(const Watch& watch) override;
  Result<Deployment> deployment() override;
  Result<std::string> dashboard(const Watch& watch) override;
  Result<openstack::Session*> admin(const Watch& watch) override;
  Result<std::unique_ptr<openstack::Session>> session(const std::string& user, const Secret& password,
                                                      const std::string& project) override;
  Result<Secret> secret(const std::string& name) override;
  Result<std::string> authority(const Watch& watch) override;
  Result<std::string> guest_image(const Watch& watch) override;
  Result<ExternalNetworkWish> external_network(const Watch&) override { return ExternalNetworkWish{}; }
  std::vector<std::string> features() const override { return charmed::features(catalogue_); }
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
  juju::Limit limit(const Watch& watch) const;
  // Carries out the plan of the deployment, of these components or all.
  Status carry_out(const Deployment& deployment, const charmed::Scope& scope, const Watch& watch);
  // Changes the record, then takes back what it no longer says.
  Result<Deployment> change(const std::function<Status(Deployment&)>& change, const Watch& watch);
  Result<CharmedCloud*> cloud();  // error (ask): none is recorded in the model
  // Makes the model the current one of the command line, as `juju add-model` does.
  Status make_current(const std::string& uuid) const;
  charmed::PodEvidence* pods();  // null where no kubeconfig was given, or it cannot be read
  void add_kubernetes_nodes(CloudStatus& status, std::stop_token stop);

  const Catalogue& catalogue_;
  const bool stored_;
  const std::string kubeconfig_;
  juju::WebsocketDialer dialer_;
  juju::Controller controller_;
  std::unique_ptr<charmed::PodEvidence> pods_;
  charmed::Tools tools_;
  charmed::ModelEvidence model_evidence_;  // for waits that fail, where no kubeconfig was given
  charmed::JujuRecord record_;
  std::unique_ptr<CharmedCloud> cloud_;
};

}  // namespace microstack::plugin
