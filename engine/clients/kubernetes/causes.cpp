#include "engine/clients/kubernetes/causes.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

namespace microstack::kubernetes {
namespace {

constexpr int log_lines = 10;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// What `text` says behind the last of these words.
std::string behind(const std::string& text, const std::string& word) {
  const auto at = text.rfind(word);
  return at == text.npos ? text : text.substr(at + word.size());
}

struct Event {
  std::string reason, message, time;
};

// The events of a namespace by the object they are about.
class Events {
 public:
  explicit Events(const std::vector<Json>& items) {
    for (const auto& item : items) {
      const auto key = text_at(item, "/involvedObject/kind") + "/" + text_at(item, "/involvedObject/name");
      std::string time = text_at(item, "/lastTimestamp");
      if (time.empty()) time = text_at(item, "/eventTime");
      by_object_[key].push_back({text_at(item, "/reason"), text_at(item, "/message"), time});
    }
    for (auto& [key, events] : by_object_) {
      std::stable_sort(events.begin(), events.end(),
                       [](const Event& a, const Event& b) { return a.time < b.time; });
    }
  }

  // The newest with one of these reasons (any, where none is named) and a message that begins so.
  const Event* last(const std::string& kind, const std::string& name, const std::set<std::string>& reasons,
                    const std::string& beginning = {}) const {
    const auto found = by_object_.find(kind + "/" + name);
    if (found == by_object_.end()) return nullptr;
    const Event* newest = nullptr;
    for (const auto& event : found->second) {
      if (reasons.contains(event.reason) && event.message.starts_with(beginning)) newest = &event;
    }
    return newest;
  }

 private:
  std::map<std::string, std::vector<Event>> by_object_;
};

bool ready(const Json& pod) {
  const auto phase = text_at(pod, "/status/phase");
  if (phase == "Succeeded") return true;
  if (phase != "Running") return false;
  for (const auto& condition : part_at(pod, "/status/conditions")) {
    if (text_at(condition, "/type") == "Ready") return text_at(condition, "/status") == "True";
  }
  return false;
}

class Search {
 public:
  Search(Cluster& cluster, const std::string& namespace_name, Events events, std::stop_token stop)
      : cluster_(cluster), namespace_(namespace_name), events_(std::move(events)), stop_(std::move(stop)) {}

  Status pod(const Json& pod) {
    if (ready(pod)) return {};
    const auto before = found_.size();
    MS_CHECK(scheduling(pod));
    for (const char* list : {"/status/initContainerStatuses", "/status/containerStatuses"}) {
      for (const auto& status : part_at(pod, list)) container(pod, status);
    }
    if (found_.size() == before) waiting_for_volumes(pod);
    if (found_.size() == before) whole_pod(pod);
    return {};
  }

  // A workload that has fewer pods than it wants.
  void missing_pods(const Json& workload, const std::vector<std::string>& makers) {
    const auto kind = text_at(workload, "/kind"), name = text_at(workload, "/metadata/name");
    for (const auto& condition : part_at(workload, "/status/conditions")) {
      if (text_at(condition, "/type") == "ReplicaFailure" && text_at(condition, "/status") == "True")
        return refused(lower(kind) + " " + name, text_at(condition, "/message"),
                       text_at(condition, "/lastTransitionTime"));
    }
    for (const auto& maker : makers) {
      const auto slash = maker.find('/');
      if (const auto* event = events_.last(maker.substr(0, slash), maker.substr(slash + 1), {"FailedCreate"}))
        return refused(lower(kind) + " " + name, event->message, event->time);
    }
    found_.push_back({lower(kind) + " " + name,
                      "",
                      "NoPods",
                      "no pod was made yet",
                      "",
                      "see whether the cluster's controller manager runs",
                      {}});
  }

  std::vector<Cause> found() && { return std::move(found_); }

 private:
  static std::string name_of(const Json& object) { return text_at(object, "/metadata/name"); }

  void refused(const std::string& object, const std::string& message, const std::string& since) {
    const bool quota = message.find("exceeded quota") != message.npos;
    found_.push_back({object,
                      "",
                      quota ? "QuotaExceeded" : "FailedCreate",
                      "its pods cannot be made: " + message,
                      since,
                      quota ? "raise the namespace's ResourceQuota" : "change what the message names",
                      {}});
  }

  Status scheduling(const Json& pod) {
    for (const auto& condition : part_at(pod, "/status/conditions")) {
      if (text_at(condition, "/type") != "PodScheduled" || text_at(condition, "/status") != "False") continue;
      const auto message = text_at(condition, "/message"), since = text_at(condition, "/lastTransitionTime");
      if (message.find("PersistentVolumeClaim") != message.npos ||
          message.find("persistentvolumeclaim") != message.npos) {
        const auto before = found_.size();
        MS_CHECK(claims(pod));
        if (found_.size() > before) return {};
      }
      found_.push_back({"pod " + name_of(pod),
                        "",
                        "Unschedulable",
                        "no node takes it: " + message,
                        since,
                        message.find("Insufficient") != message.npos
                            ? "add a node or make room; what lacks is named"
                        : message.find("taint") != message.npos ? "remove the taint, or add a node without it"
                                                                : "see the nodes: kubectl describe nodes",
                        {}});
    }
    return {};
  }

  Status claims(const Json& pod) {
    for (const auto& volume : part_at(pod, "/spec/volumes")) {
      const auto name = text_at(volume, "/persistentVolumeClaim/claimName");
      if (name.empty()) continue;
      auto claim = cluster_.get(api_path("v1", namespace_) + "/persistentvolumeclaims/" + name, stop_);
      if (!claim && claim.error().has_code("NotFound")) {
        found_.push_back({"claim " + name,
                          "",
                          "NotFound",
                          "pod " + name_of(pod) + " wants this volume claim, and it is not there",
                          "",
                          "make it, or correct the pod's volumes",
                          {}});
        continue;
      }
      if (!claim) return std::move(claim).error();
      if (text_at(*claim, "/status/phase") != "Bound") MS_CHECK(this->claim(*claim));
    }
    return {};
  }

  Status claim(const Json& claim) {
    const auto name = name_of(claim), wanted = text_at(claim, "/spec/resources/requests/storage");
    if (!claims_seen_.insert(name).second) return {};
    Cause cause{"claim " + name, "", "Pending", "", text_at(claim, "/metadata/creationTimestamp"), "", {}};
    const auto class_name = text_at(claim, "/spec/storageClassName");
    const auto* event = events_.last("PersistentVolumeClaim", name,
                                     {"ProvisioningFailed", "FailedBinding", "ProvisioningCleanupFailed"});
    std::string said = event ? event->message : "";
    if (class_name.empty()) {
      cause.what = "its " + wanted +
                   " are not provided: it names no storage class, and the cluster has no default one";
      cause.fix =
          "give the cluster a default storage class (MicroK8s: microk8s enable hostpath-storage), or name "
          "one";
    } else {
      auto answer = cluster_.get("/apis/storage.k8s.io/v1/storageclasses/" + class_name, stop_);
      if (!answer && !answer.error().has_code("NotFound")) return std::move(answer).error();
      if (!answer) {
        cause.what = "its " + wanted + " are not provided: there is no storage class \"" + class_name + "\"";
        cause.fix = "make that storage class, or name one that is there";
      } else if (text_at(*answer, "/provisioner") == "kubernetes.io/no-provisioner") {
        cause.what = "its " + wanted + " are not provided: the storage class \"" + class_name +
                     "\" provisions nothing, and no free volume of it fits";
        cause.fix = "make a PersistentVolume of that class and size, or use a class that provisions";
      } else {
        cause.what = "its " + wanted + " of the storage class \"" + class_name +
                     "\" are not provided yet by " + text_at(*answer, "/provisioner");
        cause.fix = "see whether that provisioner runs";
      }
    }
    if (!said.empty()) cause.what += ": " + said;
    found_.push_back(std::move(cause));
    return {};
  }

  void container(const Json& pod, const Json& status) {
    const auto name = text_at(status, "/name"), image = text_at(status, "/image");
    const auto reason = text_at(status, "/state/waiting/reason");
    const auto message = text_at(status, "/state/waiting/message");
    Cause cause{"pod " + name_of(pod), name, reason, "", "", "", {}};
    if (reason == "ImagePullBackOff" || reason == "ErrImagePull" || reason == "InvalidImageName" ||
        reason == "ErrImageNeverPull" || reason == "ImageInspectError" || reason == "RegistryUnavailable") {
      // The state says "back-off"; the registry's own words are in the event.
      const auto* event =
          events_.last("Pod", name_of(pod), {"Failed"}, "Failed to pull image \"" + image + "\"");
      if (!event) event = events_.last("Pod", name_of(pod), {"ErrImageNeverPull", "InspectFailed"});
      cause.what = "the image " + image + " cannot be pulled: " +
                   (event ? behind(event->message, "Failed to pull image \"" + image + "\": ") : message);
      cause.since = event ? event->time : "";
      cause.fix =
          "check the image's name, and that the node reaches its registry with the credentials it needs";
    } else if (reason == "CrashLoopBackOff" || text_at(status, "/state/terminated/reason") == "Error" ||
               text_at(status, "/state/terminated/reason") == "OOMKilled") {
      const Json& last = part_at(status, reason.empty() ? "/state/terminated" : "/lastState/terminated");
      if (reason.empty()) cause.reason = text_at(last, "/reason");
      ended(pod, cause, last, status);
      cause.log = lines(name_of(pod), name, !reason.empty());
    } else if (reason == "CreateContainerConfigError" || reason == "CreateContainerError" ||
               reason == "RunContainerError") {
      cause.what = "the container cannot be made: " + message;
      cause.fix = "make what the message names";
    } else if (part_at(status, "/state/running").is_object() && part_at(status, "/ready") == Json(false) &&
               part_at(pod, "/metadata/deletionTimestamp").is_null()) {
      const auto* event = events_.last("Pod", name_of(pod), {"Unhealthy"});
      cause.reason = "NotReady";
      cause.what =
          event ? "it runs and is not ready: " + event->message : "it runs and has not become ready yet";
      cause.since = text_at(status, "/state/running/startedAt");
      cause.fix = "see its log: kubectl logs -n " + namespace_ + " " + name_of(pod) + " -c " + name;
    } else {
      return;
    }
    found_.push_back(std::move(cause));
  }

  void ended(const Json& pod, Cause& cause, const Json& last, const Json& status) {
    const Json& code = part_at(last, "/exitCode");
    const Json& count = part_at(status, "/restartCount");
    const bool memory = text_at(last, "/reason") == "OOMKilled";
    cause.what = memory
                     ? "it was ended because it used more memory than its limit"
                     : "it ends with exit code " + (code.is_number() ? code.dump() : std::string("unknown"));
    if (count.is_number_integer() && count.get<int>() > 0)
      cause.what += ", restarted " + count.dump() + " times";
    cause.since = text_at(last, "/finishedAt");
    cause.fix = memory ? "raise the container's memory limit"
                       : "its last lines say why; more: kubectl logs -p -n " + namespace_ + " " +
                             name_of(pod) + " -c " + cause.container;
  }

  // What it wrote at the end of its last life, or of this one where nothing is kept of that.
  std::vector<std::string> lines(const std::string& pod, const std::string& container, bool previous) {
    auto text = cluster_.log(namespace_, pod, container, log_lines, previous, stop_);
    if (!text && previous) text = cluster_.log(namespace_, pod, container, log_lines, false, stop_);
    std::vector<std::string> lines;
    if (!text) return lines;  // the cause is known without it
    std::istringstream stream(*text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  void waiting_for_volumes(const Json& pod) {
    if (const auto* event = events_.last("Pod", name_of(pod), {"FailedMount", "FailedAttachVolume"}))
      found_.push_back({"pod " + name_of(pod),
                        "",
                        event->reason,
                        "a volume cannot be mounted: " + event->message,
                        event->time,
                        "make what the message names, or see the node's kubelet",
                        {}});
  }

  void whole_pod(const Json& pod) {
    const auto reason = text_at(pod, "/status/reason"), message = text_at(pod, "/status/message");
    Cause cause{"pod " + name_of(pod), "", reason, message, text_at(pod, "/status/startTime"), "", {}};
    if (!part_at(pod, "/metadata/deletionTimestamp").is_null()) {
      cause.reason = "Terminating";
      cause.what = "it is being deleted since " + text_at(pod, "/metadata/deletionTimestamp");
      cause.fix = "see whether its node " + text_at(pod, "/spec/nodeName") + " is up";
    } else if (const auto* event = events_.last("Pod", name_of(pod), {"FailedCreatePodSandBox"})) {
      cause.reason = event->reason;
      cause.what = "the node cannot start it: " + event->message;
      cause.fix = "see the node's container runtime and its network plug-in";
    } else if (cause.what.empty()) {
      cause.reason = reason.empty() ? text_at(pod, "/status/phase") : reason;
      cause.what = "it has not started yet";
      cause.fix = "kubectl describe pod -n " + namespace_ + " " + name_of(pod);
    }
    found_.push_back(std::move(cause));
  }

  Cluster& cluster_;
  const std::string namespace_;
  const Events events_;
  const std::stop_token stop_;
  std::set<std::string> claims_seen_;
  std::vector<Cause> found_;
};

std::string selector_text(const Json& selector) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ",") + part; };
  for (const auto& [key, value] : part_at(selector, "/matchLabels").items())
    add(key + "=" + value.get<std::string>());
  for (const auto& expression : part_at(selector, "/matchExpressions")) {
    const auto key = text_at(expression, "/key"), verb = text_at(expression, "/operator");
    std::string values;
    for (const auto& value : part_at(expression, "/values"))
      values += (values.empty() ? "" : ",") + value.get<std::string>();
    if (verb == "Exists") add(key);
    if (verb == "DoesNotExist") add("!" + key);
    if (verb == "In") add(key + " in (" + values + ")");
    if (verb == "NotIn") add(key + " notin (" + values + ")");
  }
  return text;
}

int wanted_pods(const Json& workload) {
  const auto kind = text_at(workload, "/kind");
  const Json& number = kind == "DaemonSet" ? part_at(workload, "/status/desiredNumberScheduled")
                                           : part_at(workload, "/spec/replicas");
  return number.is_number_integer() ? number.get<int>() : kind == "DaemonSet" ? 0 : 1;
}

}  // namespace

Result<std::vector<Cause>> causes(Cluster& cluster, const std::string& namespace_name,
                                  const Workload& workload, std::stop_token stop) {
  Json object;
  Selection selection;
  if (workload.kind == "Pod") {
    selection.fields = "metadata.name=" + workload.name;
  } else if (!workload.kind.empty()) {
    const std::string version = workload.kind == "Job" ? "batch/v1" : "apps/v1";
    MS_TRY(const auto path,
           cluster.path_of({{"apiVersion", version},
                            {"kind", workload.kind},
                            {"metadata", {{"name", workload.name}, {"namespace", namespace_name}}}},
                           stop));
    MS_TRY(object, cluster.get(path, stop));
    selection.labels = selector_text(part_at(object, "/spec/selector"));
  }
  MS_TRY(const auto pods, cluster.list(api_path("v1", namespace_name) + "/pods", selection, stop));
  if (workload.kind == "Pod" && pods.items.empty()) {
    Error error = ask("there is no pod " + workload.name, "namespace " + namespace_name);
    error.code = "NotFound";
    return error;
  }
  const int wanted = object.is_object() ? wanted_pods(object) : 0;
  const bool all_ready = std::all_of(pods.items.begin(), pods.items.end(), ready);
  if (all_ready && static_cast<int>(pods.items.size()) >= wanted) return std::vector<Cause>{};

  MS_TRY(const auto events, cluster.list(api_path("v1", namespace_name) + "/events", {}, stop));
  Search search(cluster, namespace_name, Events(events.items), stop);
  for (const auto& pod : pods.items) MS_CHECK(search.pod(pod));
  if (static_cast<int>(pods.items.size()) < wanted && all_ready) {
    std::vector<std::string> makers = {workload.kind + "/" + workload.name};
    if (workload.kind == "Deployment") {
      MS_TRY(const auto sets,
             cluster.list(api_path("apps/v1", namespace_name) + "/replicasets", selection, stop));
      for (const auto& set : sets.items) makers.push_back("ReplicaSet/" + text_at(set, "/metadata/name"));
    }
    search.missing_pods(object, makers);
  }
  return std::move(search).found();
}

Error error_of(const Workload& workload, const std::string& namespace_name,
               const std::vector<Cause>& causes) {
  Error error = ask(workload.kind.empty() ? "pods of the namespace do not run"
                                          : lower(workload.kind) + " " + workload.name + " does not run",
                    "namespace " + namespace_name);
  for (const auto& cause : causes) {
    Error one = ask(cause.what,
                    cause.object + (cause.container.empty() ? "" : ", container " + cause.container) +
                        (cause.since.empty() ? "" : ", since " + cause.since),
                    cause.fix);
    one.code = cause.reason;
    for (const auto& line : cause.log) one.causes.push_back(ask("| " + line));
    error.causes.push_back(std::move(one));
  }
  return error;
}

}  // namespace microstack::kubernetes
