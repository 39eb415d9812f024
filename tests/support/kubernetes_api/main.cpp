// What the client says of a cluster, as JSON:
//   kubernetes_look preflight KUBECONFIG [CORES MEMORY_GIB [STORAGE_CLASS]]    findings; load-balancer among them
//   kubernetes_look why KUBECONFIG NAMESPACE KIND NAME                         causes
//   kubernetes_look apply KUBECONFIG < OBJECTS                                  YAML or JSON: one object, or a List
//   kubernetes_look send KUBECONFIG METHOD PATH [BODY]                          one call; its answer
// Exit code 0: ready, or it runs, or done; 1: what was found says why not; 2: it could not be asked.
#include <iostream>
#include <iterator>

#include "engine/base/yaml.h"
#include "engine/clients/kubernetes/causes.h"
#include "engine/clients/kubernetes/preflight.h"

using namespace microstack;
using namespace microstack::kubernetes;

namespace {

int fail(const Error& error) {
  std::cerr << error.text() << "\n";
  return 2;
}

int look(Cluster& cluster, const std::vector<std::string>& words) {
  Wanted wanted;
  if (words.size() > 1) {
    wanted.cores = std::stod(words[0]);
    wanted.memory = std::stod(words[1]) * 1073741824.0;
  }
  if (words.size() > 2) wanted.storage_class = words[2];
  bool blocked = false;
  Json out = Json::array();
  for (const auto& finding : preflight(cluster, wanted)) {
    blocked = blocked || finding.blocks;
    out.push_back(
        {{"about", finding.about}, {"blocks", finding.blocks}, {"what", finding.what}, {"fix", finding.fix}});
  }
  std::cout << out.dump(1) << "\n";
  return blocked ? 1 : 0;
}

int why(Cluster& cluster, const std::string& namespace_name, const Workload& workload) {
  const auto found = causes(cluster, namespace_name, workload);
  if (!found) return fail(found.error());
  Json out = Json::array();
  for (const auto& cause : *found) {
    out.push_back({{"object", cause.object},
                   {"container", cause.container},
                   {"reason", cause.reason},
                   {"what", cause.what},
                   {"since", cause.since},
                   {"fix", cause.fix},
                   {"log", cause.log}});
  }
  std::cout << out.dump(1) << "\n";
  return found->empty() ? 0 : 1;
}

int apply(Cluster& cluster) {
  const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
  auto document = parse_yaml(text, "standard input");
  if (!document) return fail(document.error());
  const Json& value = document->value;
  const Json objects =
      text_at(value, "/kind") == "List" ? value.value("items", Json::array()) : Json::array({value});
  for (const auto& object : objects) {
    if (const auto applied = cluster.apply(object); !applied) return fail(applied.error());
  }
  return 0;
}

int send(Cluster& cluster, const std::string& method, const std::string& path, const std::string& body) {
  const auto answer =
      cluster.send(method, path, body.empty() ? Json(nullptr) : Json::parse(body, nullptr, false));
  if (!answer) return fail(answer.error());
  std::cout << answer->dump(1) << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  const std::string verb = words.empty() ? "" : words[0];
  const bool known = (verb == "preflight" && words.size() >= 2) || (verb == "why" && words.size() == 5) ||
                     (verb == "apply" && words.size() == 2) || (verb == "send" && words.size() >= 4);
  if (!known) {
    std::cerr << "usage: kubernetes_look preflight KUBECONFIG [CORES MEMORY_GIB [STORAGE_CLASS]]\n"
                 "       kubernetes_look why KUBECONFIG NAMESPACE KIND NAME\n"
                 "       kubernetes_look apply KUBECONFIG < OBJECTS\n"
                 "       kubernetes_look send KUBECONFIG METHOD PATH [BODY]\n";
    return 2;
  }
  auto access = read_kubeconfig(words[1]);
  if (!access) return fail(access.error());
  Cluster cluster(*access, {.attempts = 2});
  if (verb == "apply") return apply(cluster);
  if (verb == "send") return send(cluster, words[2], words[3], words.size() > 4 ? words[4] : "");
  if (verb == "why") return why(cluster, words[2], {words[3], words[4]});
  return look(cluster, {words.begin() + 2, words.end()});
}
