// A Juju controller in that Kubernetes, made by the juju command line: bootstrapping is no call of an API.
#pragma once

#include <map>
#include <vector>

#include "engine/host/host.h"
#include "engine/plan/step.h"

namespace microstack {

// Where and as whom `juju` runs.
struct JujuProgram {
  std::string path = "juju";
  std::string user;                                // empty: root
  std::map<std::string, std::string> environment;  // JUJU_DATA, HOME, PATH
};

// The Kubernetes of a node is a cloud that the command line knows.
class KubernetesCloudStep : public Step {
 public:
  // client: where `juju` runs; node: where MicroK8s is.
  KubernetesCloudStep(Host& client, Host& node, JujuProgram juju, std::string cloud,
                      std::map<std::string, std::string> node_environment = {})
      : client_(client),
        node_(node),
        juju_(std::move(juju)),
        cloud_(std::move(cloud)),
        node_environment_(std::move(node_environment)) {}
  std::string id() const override { return "k8s-cloud:" + cloud_; }
  std::string title() const override { return "Make Kubernetes known as cloud " + cloud_; }
  std::string host() const override { return client_.name(); }
  Json inputs() const override { return Json::object(); }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Host& client_;
  Host& node_;
  JujuProgram juju_;
  std::string cloud_;
  std::map<std::string, std::string> node_environment_;
};

struct ControllerFact {
  std::string name, cloud;
  std::map<std::string, std::string> config;
  std::chrono::milliseconds limit{40 * 60'000};
};

class ControllerStep : public Step {
 public:
  ControllerStep(Host& client, JujuProgram juju, ControllerFact fact)
      : client_(client), juju_(std::move(juju)), fact_(std::move(fact)) {}
  std::string id() const override { return "controller:" + fact_.name; }
  std::string title() const override { return "Bootstrap controller " + fact_.name + " on " + fact_.cloud; }
  std::string host() const override { return client_.name(); }
  Json inputs() const override { return {{"cloud", fact_.cloud}, {"config", fact_.config}}; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;  // with all its models

 private:
  Host& client_;
  JujuProgram juju_;
  ControllerFact fact_;
};

}  // namespace microstack
