#include "engine/clients/kubernetes/preflight.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

#include "engine/clients/kubernetes/quantity.h"

namespace microstack::kubernetes {
namespace {

class Look {
 public:
  Look(Cluster& cluster, const Wanted& wanted, std::stop_token stop, Time now)
      : cluster_(cluster), wanted_(wanted), stop_(std::move(stop)), now_(now) {}

  std::vector<Finding> run() && {
    if (credentials() && version() && rights()) {
      nodes();
      if (wanted_.storage) storage();
      if (wanted_.load_balancer) load_balancer();
    }
    return std::move(found_);
  }

 private:
  const Access& access() const { return cluster_.access(); }
  std::string user() const {
    return (access().user.empty() ? "the user" : "user " + access().user) + " of " + access().source;
  }
  void block(std::string about, std::string what, std::string fix) {
    found_.push_back({std::move(about), true, std::move(what), std::move(fix)});
  }
  void note(std::string about, std::string what, std::string fix) {
    found_.push_back({std::move(about), false, std::move(what), std::move(fix)});
  }

  // The API server answers "Unauthorized" whatever is wrong, so that what the credentials say themselves comes first.
  bool credentials() {
    if (!access().certificate_pem.empty()) {
      const auto facts = read_certificate(access().certificate_pem);
      if (!facts) {
        block("certificate", "the client certificate of " + user() + " cannot be read: " + facts.error().what,
              "get the kubeconfig anew from the cluster");
        return false;
      }
      if (now_ >= facts->not_after) {
        block("expired",
              "the client certificate of " + user() + " (" + facts->subject + ") expired at " +
                  time_text(facts->not_after),
              "get the kubeconfig anew from the cluster (MicroK8s: microk8s refresh-certs, then microk8s "
              "config)");
        return false;
      }
      if (now_ < facts->not_before) {
        block("certificate",
              "the client certificate of " + user() + " is valid only from " + time_text(facts->not_before),
              "set this host's clock right");
        return false;
      }
      // Of a short life the end is always near; soon is a tenth of it.
      if (facts->not_after - now_ < (facts->not_after - facts->not_before) / 10)
        note("expired", "the client certificate of " + user() + " expires at " + time_text(facts->not_after),
             "have it renewed before that");
    } else if (const auto end = token_end(access().token.reveal());
               end && now_ >= *end) {  // only its date is read
      block("expired", "the token of " + user() + " expired at " + time_text(*end),
            "get the kubeconfig anew");
      return false;
    }
    return true;
  }

  // What kept a call from being answered as asked.
  void refused(const Error& error) {
    const auto& server = access().server;
    if (error.has_code("certificate-expired"))
      return block("expired",
                   "the certificate of " + server + " has expired or is not valid yet: " + error.what,
                   "renew the API server's certificate (kubeadm certs renew apiserver, microk8s "
                   "refresh-certs), or set "
                   "this host's clock right");
    if (error.has_code("certificate-name"))
      return block("certificate", "the certificate of " + server + " is for another name: " + error.what,
                   "use an address that is in the certificate, or set tls-server-name in the kubeconfig");
    if (error.has_code("certificate-authority"))
      return block(
          "wrong-ca",
          "the certificate of " + server + " is not of the CA in " + access().source + ": " + error.what,
          "get the kubeconfig anew: it is of another cluster, or the cluster got a new CA");
    if (error.has_code("client-certificate"))
      return block("certificate", "the client certificate of " + user() + " cannot be used: " + error.what,
                   "get the kubeconfig anew: certificate and key do not belong together");
    if (error.has_code("Unauthorized"))
      return block("unauthorized", server + " does not know " + user(),
                   "get the kubeconfig anew: its token or certificate was revoked, or is of another cluster");
    if (error.has_code("Forbidden"))
      return block("forbidden", user() + " may not do that: " + error.what,
                   "use a kubeconfig of an administrator (cluster-admin)");
    block("unreachable", server + " does not answer: " + error.text(),
          error.fix.empty() ? "see whether the cluster runs, and that its address can be reached from here"
                            : error.fix);
  }

  template <class T>
  std::optional<T> tried(Result<T> result) {
    if (result) return std::move(result).value();
    refused(result.error());
    return std::nullopt;
  }

  static std::pair<int, int> parse_version(const std::string& text) {
    int major = 0, minor = 0;
    std::sscanf(text.c_str() + (text.starts_with('v') ? 1 : 0), "%d.%d", &major, &minor);
    return {major, minor};
  }

  bool version() {
    const auto answer = tried(cluster_.get("/version", stop_));
    if (!answer) return false;
    const auto text = text_at(*answer, "/gitVersion");
    if (parse_version(text) < parse_version(wanted_.min_version))
      block("version",
            "the cluster is Kubernetes " + text + ", and " + wanted_.min_version + " or newer is needed",
            "upgrade the cluster (MicroK8s: snap refresh microk8s --channel 1.32/stable)");
    return true;
  }

  // A controller in the cluster makes namespaces and grants rights, for which it must hold them itself.
  bool rights() {
    const Json question = {
        {"apiVersion", "authorization.k8s.io/v1"},
        {"kind", "SelfSubjectAccessReview"},
        {"spec", {{"resourceAttributes", {{"group", "*"}, {"resource", "*"}, {"verb", "*"}}}}}};
    const auto answer = tried(
        cluster_.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", question, stop_));
    if (!answer) return false;
    if (part_at(*answer, "/status/allowed") == Json(true)) return true;
    block("forbidden",
          user() + " is no administrator of the cluster: it may not make namespaces and grant rights",
          "use a kubeconfig of an administrator (cluster-admin)");
    return false;
  }

  struct Room {
    double cores = 0, memory = 0;
  };

  static std::string trouble_of(const Json& node) {
    std::string trouble;
    for (const auto& condition : part_at(node, "/status/conditions")) {
      if (text_at(condition, "/type") == "Ready" && text_at(condition, "/status") != "True")
        trouble = "not ready (" + text_at(condition, "/message") + ")";
    }
    if (part_at(node, "/spec/unschedulable") == Json(true)) trouble = "cordoned";
    for (const auto& taint : part_at(node, "/spec/taints")) {
      const auto effect = text_at(taint, "/effect");
      if (trouble.empty() && (effect == "NoSchedule" || effect == "NoExecute"))
        trouble = "tainted (" + text_at(taint, "/key") + ":" + effect + ")";
    }
    return trouble;
  }

  // What a pod asks for: its containers together, or the largest of its init containers.
  static double asked(const Json& pod, const char* resource) {
    const std::string where = std::string("/resources/requests/") + resource;
    double sum = 0, first = 0;
    for (const auto& container : part_at(pod, "/spec/containers"))
      sum += quantity(text_at(container, where)).value_or(0);
    for (const auto& container : part_at(pod, "/spec/initContainers"))
      first = std::max(first, quantity(text_at(container, where)).value_or(0));
    return std::max(sum, first);
  }

  void nodes() {
    const auto nodes = tried(cluster_.list("/api/v1/nodes", {}, stop_));
    if (!nodes) return;
    std::map<std::string, Room> room;
    std::string troubles;
    for (const auto& node : nodes->items) {
      const auto name = text_at(node, "/metadata/name");
      if (const auto trouble = trouble_of(node); !trouble.empty()) {
        troubles += (troubles.empty() ? "" : "; ") + name + " is " + trouble;
        continue;
      }
      room[name] = {quantity(text_at(node, "/status/allocatable/cpu")).value_or(0),
                    quantity(text_at(node, "/status/allocatable/memory")).value_or(0)};
    }
    if (room.empty()) {
      block("nodes", nodes->items.empty() ? "the cluster has no node" : "no node takes pods: " + troubles,
            nodes->items.empty() ? "join a node"
                                 : "mend or uncordon a node (kubectl uncordon), or take its taint away");
      return;
    }
    if (!troubles.empty())
      note("nodes", "not every node takes pods: " + troubles, "mend them, or go on with the rest");
    if (wanted_.cores <= 0 && wanted_.memory <= 0 && wanted_.memory_of_one <= 0) return;
    const auto pods =
        tried(cluster_.list("/api/v1/pods", {"", "status.phase!=Succeeded,status.phase!=Failed"}, stop_));
    if (!pods) return;
    for (const auto& pod : pods->items) {
      const auto on = room.find(text_at(pod, "/spec/nodeName"));
      if (on == room.end()) continue;
      on->second.cores -= asked(pod, "cpu");
      on->second.memory -= asked(pod, "memory");
    }
    capacity(room);
  }

  void capacity(const std::map<std::string, Room>& room) {
    Room all, largest;
    for (const auto& [name, free] : room) {
      all.cores += std::max(0.0, free.cores);
      all.memory += std::max(0.0, free.memory);
      largest.memory = std::max(largest.memory, free.memory);
    }
    const std::string on =
        room.size() == 1 ? "its one node" : "its " + std::to_string(room.size()) + " nodes that take pods";
    if (all.cores < wanted_.cores)
      block("capacity",
            on + (room.size() == 1 ? " has " : " have ") + cores_text(all.cores) + " free, and " +
                cores_text(wanted_.cores) + " are needed",
            "add a node with " + cores_text(wanted_.cores - all.cores) + " or more, or make room");
    if (all.memory < wanted_.memory)
      block("capacity",
            on + (room.size() == 1 ? " has " : " have ") + bytes_text(all.memory) + " of memory free, and " +
                bytes_text(wanted_.memory) + " are needed",
            "add a node with " + bytes_text(wanted_.memory - all.memory) + " or more, or make room");
    else if (largest.memory < wanted_.memory_of_one)
      block("capacity",
            "the largest room on one node is " + bytes_text(largest.memory) +
                " of memory, and one pod needs " + bytes_text(wanted_.memory_of_one),
            "add a larger node");
  }

  static bool is_default(const Json& storage_class) {
    const Json& annotations = part_at(storage_class, "/metadata/annotations");
    for (const char* key : {"storageclass.kubernetes.io/is-default-class",
                            "storageclass.beta.kubernetes.io/is-default-class"}) {
      if (annotations.is_object() && annotations.value(key, Json()) == Json("true")) return true;
    }
    return false;
  }

  void storage() {
    const auto classes = tried(cluster_.list("/apis/storage.k8s.io/v1/storageclasses", {}, stop_));
    if (!classes) return;
    const std::string cure = "have one that provisions volumes (MicroK8s: microk8s enable hostpath-storage)";
    if (classes->items.empty())
      return block("storage", "the cluster has no storage class: nothing would give its databases a disk",
                   cure);
    std::string names;
    const Json* chosen = nullptr;
    for (const auto& each : classes->items) {
      const auto name = text_at(each, "/metadata/name");
      names += (names.empty() ? "" : ", ") + name;
      if (wanted_.storage_class.empty() ? is_default(each) : name == wanted_.storage_class) chosen = &each;
    }
    if (!chosen && wanted_.storage_class.empty())
      return block("storage", "none of the storage classes (" + names + ") is the default one",
                   "name one of them, or make it the default: kubectl annotate storageclass NAME "
                   "storageclass.kubernetes.io/is-default-class=true");
    if (!chosen)
      return block("storage", "there is no storage class " + wanted_.storage_class,
                   "name one of those there are: " + names);
    if (text_at(*chosen, "/provisioner") == "kubernetes.io/no-provisioner")
      block("storage",
            "the storage class " + text_at(*chosen, "/metadata/name") +
                " provisions nothing: each volume would have to be made by hand",
            cure);
  }

  // The API does not say whether somebody answers for Services of type LoadBalancer; what is known to do so leaves
  // marks, and so does a Service that got its address.
  void load_balancer() {
    const auto services = tried(cluster_.list("/api/v1/services", {}, stop_));
    if (!services) return;
    bool waits = false;
    for (const auto& service : services->items) {
      if (text_at(service, "/spec/type") != "LoadBalancer") continue;
      const Json& ingress = part_at(service, "/status/loadBalancer/ingress");
      if (ingress.is_array() && !ingress.empty()) return;
      waits = true;
    }
    const auto groups = tried(cluster_.get("/apis", stop_));
    if (!groups) return;
    struct Balancer {
      const char *group, *pools, *name, *range;
    };
    for (const Balancer& known : {Balancer{"metallb.io", "/apis/metallb.io/v1beta1/ipaddresspools", "MetalLB",
                                           "give it a range: microk8s enable metallb:FIRST-LAST, or an "
                                           "IPAddressPool with an L2Advertisement"},
                                  Balancer{"cilium.io", "/apis/cilium.io/v2alpha1/ciliumloadbalancerippools",
                                           "Cilium", "give it a CiliumLoadBalancerIPPool"}}) {
      bool there = false;
      for (const auto& group : part_at(*groups, "/groups"))
        there = there || text_at(group, "/name") == known.group;
      if (!there) continue;
      const auto pools = cluster_.list(known.pools, {}, stop_);
      if (pools && !pools->items.empty()) return;
      return block("load-balancer", std::string(known.name) + " is there and has no range of addresses",
                   known.range);
    }
    const auto nodes = tried(cluster_.list("/api/v1/nodes", {}, stop_));
    if (!nodes) return;
    for (const auto& node : nodes->items) {
      // A cloud's controller names the machine; k3s has a balancer of its own.
      if (!text_at(node, "/spec/providerID").empty()) return;
    }
    block("load-balancer",
          waits ? "Services of type LoadBalancer get no address: one waits for it already"
                : "nothing in the cluster gives Services of type LoadBalancer an address",
          "install one with a range of addresses (MicroK8s: microk8s enable metallb:FIRST-LAST)");
  }

  Cluster& cluster_;
  const Wanted& wanted_;
  const std::stop_token stop_;
  const Time now_;
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Finding> preflight(Cluster& cluster, const Wanted& wanted, std::stop_token stop, Time now) {
  return Look(cluster, wanted, std::move(stop), now).run();
}

Status error_of(const std::vector<Finding>& findings, const std::string& server,
                std::vector<std::string> attribute) {
  Error error = ask("the Kubernetes cluster is not ready", server, "", std::move(attribute));
  for (const auto& finding : findings) {
    if (!finding.blocks) continue;
    Error one = ask(finding.what, "", finding.fix);
    one.code = finding.about;
    error.causes.push_back(std::move(one));
  }
  if (error.causes.empty()) return {};
  return error;
}

}  // namespace microstack::kubernetes
