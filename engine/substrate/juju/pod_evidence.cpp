#include "engine/substrate/juju/pod_evidence.h"

#include <algorithm>

#include "engine/clients/kubernetes/causes.h"

namespace microstack::charmed {
namespace {

// It is asked when a wait is over: a cluster that does not answer must not begin another one.
kubernetes::Cluster::Options brief() {
  kubernetes::Cluster::Options options;
  options.limit = std::chrono::seconds(10);
  options.attempts = 2;
  return options;
}

constexpr std::size_t most_log_lines = 5;

}  // namespace

PodEvidence::PodEvidence(kubernetes::Access access) : cluster_(std::move(access), brief()) {}

std::vector<std::string> PodEvidence::of(const std::string& model, const std::string& unit,
                                         const juju::Limit& limit) {
  const auto slash = unit.find('/');
  // An application without units has no pod of its own: its StatefulSet says why there are none.
  const kubernetes::Workload workload =
      slash == std::string::npos
          ? kubernetes::Workload{"StatefulSet", unit}
          : kubernetes::Workload{"Pod", unit.substr(0, slash) + "-" + unit.substr(slash + 1)};
  const auto found = kubernetes::causes(cluster_, model, workload, limit.stop);
  std::vector<std::string> lines;
  if (!found) {
    if (!found.error().has_code("NotFound"))
      lines.push_back("Kubernetes cannot be asked: " + found.error().what);
    return lines;
  }
  for (const auto& cause : *found) {
    auto line = cause.object + ": " + cause.what;
    if (!cause.fix.empty()) line += "; " + cause.fix;
    lines.push_back(std::move(line));
    const auto skip = cause.log.size() - std::min(cause.log.size(), most_log_lines);
    for (auto i = skip; i < cause.log.size(); ++i) lines.push_back("  " + cause.log[i]);
  }
  return lines;
}

}  // namespace microstack::charmed
