// Why pods do not run: from their states, their events, their volume claims and what they wrote last.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/clients/kubernetes/cluster.h"

namespace microstack::kubernetes {

struct Cause {
  std::string object;  // "pod mysql-0", "claim db-mysql-0"
  std::string container;
  std::string
      reason;         // Kubernetes' own word: ImagePullBackOff, Unschedulable, CrashLoopBackOff, Pending, ...
  std::string what;   // one sentence: what is wrong, with the image, the missing amount, the exit code
  std::string since;  // as Kubernetes writes times; may be empty
  std::string fix;
  std::vector<std::string> log;  // the last lines of the life that ended
};

struct Workload {
  std::string
      kind;  // Deployment, StatefulSet, DaemonSet, ReplicaSet, Job, Pod; empty: every pod of the namespace
  std::string name;
};

// What keeps it from running, the deepest cause first; empty: all its pods are ready (or have succeeded). The cost is
// one list of pods and one of events, and a call for each claim and each log that is looked at.
// Errors: the workload is not there (code NotFound), or the API cannot be asked.
Result<std::vector<Cause>> causes(Cluster& cluster, const std::string& namespace_name,
                                  const Workload& workload, std::stop_token stop = {});

// The same as an error for a person: "statefulset mysql does not run", with each cause and its log lines below.
Error error_of(const Workload& workload, const std::string& namespace_name, const std::vector<Cause>& causes);

}  // namespace microstack::kubernetes
