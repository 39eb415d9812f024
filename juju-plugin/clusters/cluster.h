// A cloud as the verbs know it, wherever its control plane runs. One object of a deployment that Terraform sees
// as well: what is asked and changed here is the record on the control node (or the substrate's), nothing else.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/catalogue/catalogue.h"
#include "engine/catalogue/deployment.h"
#include "engine/clients/openstack/session.h"
#include "engine/cloud/external_network.h"
#include "engine/cloud/hypervisor.h"
#include "juju-plugin/clusters/cloud_status.h"

namespace microstack::plugin {

// Who manages what we enabled, in the deployment; and what repairs what differs.
inline constexpr const char* our_name = "juju-plugin";
inline constexpr const char* repair_command = "juju microstack refresh";

// A file of a support bundle.
struct Evidence {
  std::string name;  // "demo-1/journal.txt"
  std::string text;
};

// Something of a component that can be configured.
struct Setting {
  std::string component, key;
  Json value;
  std::string meaning;
};

class Cluster {
 public:
  virtual ~Cluster() = default;

  virtual std::string name() const = 0;
  // What was read of it so far is read anew. False: by another object only.
  virtual bool look_anew() { return false; }
  // Never fails: what cannot be looked at is a problem in it.
  virtual CloudStatus status(const Watch& watch) = 0;
  // What is recorded of it. Error (ask): it was never finished.
  virtual Result<Deployment> deployment() = 0;

  // URL of the dashboard. Error: there is none, or nobody says where.
  virtual Result<std::string> dashboard(const Watch& watch) = 0;
  // Sessions with its API: of the administrator, or of an account in a project.
  virtual Result<openstack::Session*> admin(const Watch& watch) = 0;
  virtual Result<std::unique_ptr<openstack::Session>> session(const std::string& user, const Secret& password,
                                                              const std::string& project) = 0;
  virtual Result<Secret> secret(const std::string& name) = 0;
  // Certificate of the authority its endpoints are signed by, PEM.
  virtual Result<std::string> authority(const Watch& watch) = 0;
  // A guest image as a file of this host.
  virtual Result<std::string> guest_image(const Watch& watch) = 0;
  // The network that floating IPs come from where nobody says otherwise; cidr empty: somebody must.
  virtual Result<ExternalNetworkWish> external_network(const Watch& watch) = 0;

  // Names of what can be switched on and off.
  virtual std::vector<std::string> features() const = 0;
  // Makes a feature a part of it. False: it is already, with that configuration. Who did is recorded. `words`:
  // "key=value". Errors (ask): no such feature or key; Terraform manages it and `force` is not given.
  virtual Result<bool> enable(const std::string& feature, const std::vector<std::string>& words, bool force,
                              const Watch& watch) = 0;
  // Whether disable() would go on; error (ask): why not. False: it is not enabled.
  virtual Result<bool> may_disable(const std::string& feature, bool force) = 0;
  virtual Status disable(const std::string& feature, const Watch& watch) = 0;
  // What can be configured, of one component or all.
  virtual Result<std::vector<Setting>> settings(const std::string& component) = 0;
  // False: nothing changes.
  virtual Result<bool> configure(const std::string& component, const std::vector<std::string>& words,
                                 bool force, const Watch& watch) = 0;
  // To what this program's catalogue says, repairing what differs.
  virtual Status refresh(const Watch& watch) = 0;
  virtual Status destroy(bool force, const Watch& watch) = 0;

  // Error (ask): what is to be written, or is in the way.
  Status add_node(const std::string& node, const std::vector<std::string>& roles);
  Status remove_node(const std::string& node);

  // What somebody who helps wants to see; redacted by the caller.
  virtual std::vector<Evidence> evidence(const Watch& watch) = 0;
  // Values that must be in no evidence.
  virtual std::vector<std::pair<std::string, Secret>> secrets(const Watch& watch) = 0;
};

}  // namespace microstack::plugin
