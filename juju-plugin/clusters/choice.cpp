#include "juju-plugin/clusters/choice.h"

#include <algorithm>

#include "engine/base/file.h"
#include "engine/cloud/cloud.h"
#include "juju-plugin/clusters/juju.h"
#include "juju-plugin/clusters/native.h"

namespace microstack::plugin {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// The cloud that this very host is the control node of, by its record; empty: none.
std::string own_cloud() {
  const auto deployment = DeploymentFile(Places::from_environment().state + "/deployment.json").read();
  return deployment && *deployment ? (*deployment)->cluster.name : std::string();
}

Result<std::unique_ptr<Cluster>> native(const Catalogue& catalogue, const std::string& name) {
  MS_TRY(const std::string program, hypervisor_beside_this_program());
  Place place;
  if (own_cloud() == name) {
    place.kind = Place::Kind::local;
  }
  return std::unique_ptr<Cluster>(
      std::make_unique<NativeCluster>(catalogue, std::make_shared<Cloud>(name, place, program)));
}

Result<std::unique_ptr<Cluster>> named(const Catalogue& catalogue, const Chosen& chosen) {
  const auto& text = chosen.cluster;
  if (text.starts_with("juju://")) {
    MS_TRY(auto where, juju_where_of_id(text));
    return std::unique_ptr<Cluster>(std::make_unique<JujuCluster>(catalogue, std::move(where), chosen));
  }
  if (!text.starts_with("microstack://")) return native(catalogue, text);
  MS_TRY(const auto id, ClusterId::parse(text));
  MS_TRY(auto cluster, native(catalogue, id.name));
  MS_TRY(const auto deployment, cluster->deployment());
  if (deployment.cluster.id != text)
    return ask("another cloud has the name " + id.name + " on this host", text,
               "its id is " + deployment.cluster.id, {"--cluster"});
  return cluster;
}

}  // namespace

Result<std::vector<std::string>> native_clouds(const Watch& watch) {
  MS_TRY(const std::string program, hypervisor_beside_this_program());
  std::vector<std::string> names;
  MS_TRY(const Json machines, Cloud("", {}, program).on_host({"machine", "list"}, {}, watch));
  for (const auto& machine : machines) names.push_back(machine.value("cluster", std::string()));
  if (auto own = own_cloud(); !own.empty()) names.push_back(std::move(own));
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

Result<std::unique_ptr<Cluster>> choose_cluster(const Catalogue& catalogue, const Chosen& chosen,
                                                const Watch& watch) {
  if (!chosen.cluster.empty()) return named(catalogue, chosen);
  auto natives = native_clouds(watch);
  if (!chosen.model.empty()) {
    const auto bare = chosen.model.substr(chosen.model.find_last_of(":/") + 1);
    if (natives && std::find(natives->begin(), natives->end(), bare) != natives->end())
      return native(catalogue, bare);
    if (!knows_juju())
      return ask("there is no cloud " + chosen.model, {},
                 "name one with --cluster: " + listed(natives.value_or({})));
    MS_TRY(auto where, juju_where(chosen));
    return std::unique_ptr<Cluster>(std::make_unique<JujuCluster>(catalogue, std::move(where), chosen));
  }
  if (natives && natives->size() == 1) return native(catalogue, natives->front());
  if (natives && natives->size() > 1)
    return ask("there are several clouds on this host: " + listed(*natives), {},
               "name one: --cluster " + natives->front(), {"--cluster"});
  if (knows_juju()) {
    MS_TRY(auto charmed, JujuCluster::current(catalogue, chosen));
    if (charmed) return std::unique_ptr<Cluster>(std::move(charmed));
    return ask("there is no cloud on this host, and none in the current model", {},
               "make one: juju microstack deploy; or name its model with -m");
  }
  MS_CHECK(natives);
  return ask("there is no cloud on this host", {},
             "make one: juju microstack deploy, or a microstack_cluster of Terraform");
}

}  // namespace microstack::plugin
