#include "provider/ephemeral/kubeconfig.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct Kubeconfig {
  Attr<std::string> cluster_id;
  Attr<Secret> kubeconfig;
  Attr<std::string> host;
  Attr<std::string> cluster_ca_certificate;
  Attr<std::string> namespace_name;
  Attr<Secret> token;
  Attr<std::string> client_certificate;
  Attr<Secret> client_key;
  static auto schema() {
    return model<Kubeconfig>(
        "The Kubernetes cluster that a charmed control plane runs in, as its Juju controller knows it, with "
        "the "
        "credential of the user that is logged in. It is in no state and no plan.",
        attribute("cluster_id", &Kubeconfig::cluster_id)
            .required()
            .doc("A cluster with `substrate = \"juju\"`."),
        attribute("kubeconfig", &Kubeconfig::kubeconfig).computed().doc("All of it as a kubeconfig file."),
        attribute("host", &Kubeconfig::host).computed().doc("URL of the API server."),
        attribute("cluster_ca_certificate", &Kubeconfig::cluster_ca_certificate)
            .computed()
            .doc("Its authority, PEM."),
        attribute("namespace", &Kubeconfig::namespace_name).computed().doc("Namespace of the control plane."),
        attribute("token", &Kubeconfig::token).computed().doc("Bearer token, where the credential has one."),
        attribute("client_certificate", &Kubeconfig::client_certificate)
            .computed()
            .doc("Certificate, PEM, where it has one."),
        attribute("client_key", &Kubeconfig::client_key).computed().doc("Its key, PEM."));
  }
};

class KubeconfigEphemeral : public Ephemeral<Kubeconfig> {
 public:
  explicit KubeconfigEphemeral(JujuClouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "kubeconfig"; }

  Status open(Kubeconfig& result, Lease&, Call& call) override {
    auto id = JujuId::parse(*result.cluster_id);
    if (!id)
      return ask("the cluster has no Kubernetes: its substrate is not juju", *result.cluster_id,
                 "microstack_credentials is for clusters of any substrate", {"cluster_id"});
    MS_TRY(const auto cloud, clouds_.of_id(*id, limit_of(call)));
    if (!cloud) return ask("there is no such cluster", *result.cluster_id, {}, {"cluster_id"});
    MS_TRY(const auto access, charmed::kubernetes_access(cloud->tools.view, limit_of(call)));
    result.kubeconfig = kubernetes::to_kubeconfig(access);
    result.host = access.server;
    result.namespace_name = access.namespace_name;
    result.cluster_ca_certificate = given(access.ca_pem);
    result.client_certificate = given(access.certificate_pem);
    result.token = given(access.token);
    result.client_key = given(access.key_pem);
    return {};
  }

 private:
  template <class T>
  static Attr<T> given(const T& value) {
    return value.empty() ? Attr<T>() : Attr<T>(value);
  }

  JujuClouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyEphemeral> kubeconfig_ephemeral(JujuClouds& clouds) {
  return std::make_unique<KubeconfigEphemeral>(clouds);
}

}  // namespace microstack::provider
