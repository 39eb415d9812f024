#include "engine/substrate/juju/kubernetes.h"

#include <algorithm>

#include "engine/clients/juju/clouds.h"
#include "engine/clients/kubernetes/causes.h"

namespace microstack::charmed {

namespace {

constexpr std::chrono::milliseconds call_limit{10'000};
constexpr std::size_t most_log_lines = 5;

}  // namespace

Result<kubernetes::Access> kubernetes_access(juju::ModelView& view, const juju::Limit& limit) {
  MS_TRY(const auto model, view.find(limit));
  if (!model) return ask("there is no " + view.text());
  auto& controller = view.controller().session();
  MS_TRY(const auto clouds, juju::clouds(controller, limit));
  const auto cloud = clouds.find(model->cloud);
  if (cloud == clouds.end() || cloud->second.type != "kubernetes")
    return ask(view.text() + " is not in a Kubernetes cluster", model->cloud);
  MS_TRY(const auto credential, juju::credential(controller, model->credential, limit));

  kubernetes::Access access;
  access.source = "cloud " + model->cloud + " of the Juju controller";
  access.context = access.cluster = model->cloud;
  access.user = model->credential;
  access.server = cloud->second.endpoint;
  while (access.server.ends_with('/')) access.server.pop_back();
  for (const auto& pem : cloud->second.ca_certificates) access.ca_pem += pem;
  access.namespace_name = model->name;
  const auto value = [&](const char* key) {
    const auto found = credential.attributes.find(key);
    return found == credential.attributes.end() ? Secret() : found->second;
  };
  access.token = value("Token");
  access.certificate_pem = value("ClientCertificateData").reveal();
  access.key_pem = value("ClientKeyData");
  if (access.token.empty() && access.certificate_pem.empty())
    return ask("the credential " + model->credential + " is of the kind " + credential.auth_type +
                   ", which holds neither token nor certificate",
               access.source, "use the kubeconfig of the Kubernetes cluster itself");
  return access;
}

std::vector<std::string> KubernetesEvidence::of(const std::string& model, const std::string& unit,
                                                const juju::Limit& limit) {
  const std::lock_guard lock(mutex_);
  if (silent_) return {};
  const auto unknown = [&](const Error& error) -> std::vector<std::string> {
    silent_ = true;
    return {"Kubernetes cannot be asked why: " + error.what};
  };
  if (!cluster_) {
    auto access = kubernetes_access(view_, limit);
    if (!access) return unknown(access.error());
    cluster_ = std::make_unique<kubernetes::Cluster>(
        std::move(*access), kubernetes::Cluster::Options{.limit = call_limit, .attempts = 1});
  }
  kubernetes::Workload workload{"Pod", unit};
  std::replace(workload.name.begin(), workload.name.end(), '/', '-');
  if (workload.name == unit) workload.kind = "StatefulSet";  // an application without a unit
  const auto found = kubernetes::causes(*cluster_, model, workload, limit.stop);
  if (!found && found.error().has_code("NotFound"))
    return {workload.name + " does not exist in namespace " + model};
  if (!found) return unknown(found.error());
  std::vector<std::string> lines;
  for (const auto& cause : *found) {
    lines.push_back(cause.object + (cause.container.empty() ? "" : ", container " + cause.container) + ": " +
                    cause.reason + ": " + cause.what);
    const auto skip = cause.log.size() - std::min(cause.log.size(), most_log_lines);
    for (auto line = cause.log.begin() + static_cast<std::ptrdiff_t>(skip); line != cause.log.end(); ++line)
      lines.push_back("| " + *line);
  }
  return lines;
}

}  // namespace microstack::charmed
