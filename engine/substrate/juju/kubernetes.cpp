#include "engine/substrate/juju/kubernetes.h"

#include "engine/clients/juju/clouds.h"

namespace microstack::charmed {

Result<kubernetes::Access> kubernetes_access(juju::ModelView& view, const juju::Limit& limit) {
  MS_TRY(const auto uuid, view.uuid(limit));
  auto& controller = view.controller().session();
  MS_TRY(const auto model,
         juju::model_info(controller, uuid, limit));  // the summaries leave the credential out
  MS_TRY(const auto clouds, juju::clouds(controller, limit));
  const auto cloud = clouds.find(model.cloud);
  if (cloud == clouds.end() || cloud->second.type != "kubernetes")
    return ask(view.text() + " is not in a Kubernetes cluster", model.cloud);
  MS_TRY(const auto credential, juju::credential(controller, model.credential, limit));

  kubernetes::Access access;
  access.source = "cloud " + model.cloud + " of the Juju controller";
  access.context = access.cluster = model.cloud;
  access.user = model.credential;
  access.server = cloud->second.endpoint;
  while (access.server.ends_with('/')) access.server.pop_back();
  for (const auto& pem : cloud->second.ca_certificates) access.ca_pem += pem;
  access.namespace_name = model.name;
  const auto value = [&](const char* key) {
    const auto found = credential.attributes.find(key);
    return found == credential.attributes.end() ? Secret() : found->second;
  };
  access.token = value("Token");
  access.certificate_pem = value("ClientCertificateData").reveal();
  access.key_pem = value("ClientKeyData");
  if (access.token.empty() && access.certificate_pem.empty())
    return ask("the credential " + model.credential + " is of the kind " + credential.auth_type +
                   ", which holds neither token nor certificate",
               access.source, "use the kubeconfig of the Kubernetes cluster itself");
  return access;
}

std::vector<std::string> ModelEvidence::of(const std::string& model, const std::string& unit,
                                           const juju::Limit& limit) {
  const std::lock_guard lock(mutex_);
  if (!pods_) {
    auto access = kubernetes_access(view_, limit);
    if (!access) return {"Kubernetes cannot be asked: " + access.error().what};
    pods_ = std::make_unique<PodEvidence>(std::move(*access));
  }
  return pods_->of(model, unit, limit);
}

}  // namespace microstack::charmed
