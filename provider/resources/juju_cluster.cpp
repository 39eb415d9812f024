#include "provider/resources/juju_cluster.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/substrate/juju/forgotten.h"
#include "engine/substrate/juju/removal.h"
#include "provider/cloud/leaving.h"
#include "provider/resources/cluster_model.h"
#include "provider/resources/cluster_record.h"

namespace microstack::provider {
namespace {

using namespace terraform;
using charmed::Wish;

template <class T>
T or_default(const Attr<T>& attribute) {
  return attribute.is_known() ? *attribute : T{};
}

Wish wish_from(const Cluster& cluster) {
  Wish wish;
  const auto juju = cluster.juju.is_known() ? *cluster.juju : JujuSettings{};
  wish.model = juju.model.value_or(*cluster.name);
  wish.cloud = or_default(juju.cloud);
  wish.credential = or_default(juju.credential);
  wish.topology = juju.topology.value_or(wish.topology);
  wish.control_nodes = static_cast<int>(juju.control_nodes.value_or(0));
  wish.channels = or_default(juju.channels);
  for (const auto& [name, revision] : or_default(juju.revisions))
    wish.revisions[name] = static_cast<int>(revision);
  for (const auto& [name, units] : or_default(juju.scale)) wish.scale[name] = static_cast<int>(units);
  wish.config = or_default(juju.config);
  wish.ingress_addresses = or_default(juju.ingress_addresses);
  wish.load_balancer_pool = or_default(juju.load_balancer_pool);
  wish.model_config = or_default(juju.model_config);
  wish.no_proxy = or_default(juju.no_proxy);
  wish.http_proxy = wish.https_proxy = or_default(cluster.proxy);
  return wish;
}

// What is recorded, in the words of the configuration: what says nothing there and is a default stays unsaid.
template <class T>
void take(Attr<T>& attribute, T recorded, const T& unsaid) {
  if (attribute.is_known() || recorded != unsaid) attribute = std::move(recorded);
}

std::map<std::string, std::int64_t> wide(const std::map<std::string, int>& numbers) {
  return {numbers.begin(), numbers.end()};
}

void take_wish(const Wish& wish, Cluster& cluster) {
  const Wish unsaid;
  JujuSettings juju = cluster.juju.is_known() ? *cluster.juju : JujuSettings{};
  take(juju.model, wish.model, *cluster.name);
  take(juju.cloud, wish.cloud, unsaid.cloud);
  take(juju.credential, wish.credential, unsaid.credential);
  take(juju.topology, wish.topology, unsaid.topology);
  take(juju.control_nodes, std::int64_t{wish.control_nodes}, std::int64_t{0});
  take(juju.channels, wish.channels, unsaid.channels);
  take(juju.revisions, wide(wish.revisions), {});
  take(juju.scale, wide(wish.scale), {});
  take(juju.config, wish.config, unsaid.config);
  take(juju.ingress_addresses, wish.ingress_addresses, unsaid.ingress_addresses);
  take(juju.load_balancer_pool, wish.load_balancer_pool, unsaid.load_balancer_pool);
  take(juju.model_config, wish.model_config, unsaid.model_config);
  take(juju.no_proxy, wish.no_proxy, unsaid.no_proxy);
  take(cluster.proxy, wish.http_proxy, unsaid.http_proxy);
  if (cluster.juju.is_known() || !(juju == JujuSettings{})) cluster.juju = std::move(juju);
}

template <class T>
void settle(Attr<T>& attribute) {
  if (attribute.is_unknown()) attribute = Attr<T>();
}

// Attributes that say where a native cloud is; nothing of that is known of a charmed one.
void settle_all(Cluster& cluster) {
  settle(cluster.clouds_yaml_path);
  settle(cluster.api_address);
  settle(cluster.auth_url);
  settle(cluster.ca_certificate);
  settle(cluster.ca_certificate_path);
  settle(cluster.endpoints);
  settle(cluster.memory_mib);
  settle(cluster.disk_mib);
}

Error below_juju(Error error) {
  if (!error.attribute.empty()) error.attribute.insert(error.attribute.begin(), "juju");
  return error;
}

class JujuCluster : public Resource<Cluster> {
 public:
  explicit JujuCluster(JujuClouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "cluster"; }
  bool resumable() const override { return true; }

  Status validate(const Cluster& config, Call& call) override {
    const auto refuse = [&](const auto& attribute, const char* name) {
      if (!attribute.is_null())
        call.error("A cluster on Juju has no " + std::string(name),
                   "It is an argument of clusters with substrate = \"native\". Remove it.", name);
    };
    refuse(config.first_node, "first_node");
    refuse(config.networks, "networks");
    refuse(config.ca, "ca");
    refuse(config.domain, "domain");
    refuse(config.package_mirror, "package_mirror");
    refuse(config.clouds_yaml_path, "clouds_yaml_path");
    return {};
  }

  Status plan(terraform::Plan<Cluster>& plan, Call&) override {
    auto& planned = plan.planned;
    if (!planned.name.is_known()) return {};
    settle_all(planned);
    auto deployment =
        charmed::deployment_of(*planned.name, planned.region.value_or("RegionOne"), wish_from(planned));
    deployment.cluster.release = planned.release.value_or(deployment.cluster.release);
    // Slips are told at the attribute, before anything is done.
    if (auto made = charmed::topology(deployment, clouds_.catalogue()); !made)
      return below_juju(made.error());
    return {};
  }

  Status plan_removal(const Cluster& state, Call&) override {
    if (state.deletion_protection.value_or(false))
      return ask("The cluster is protected against deletion", {},
                 "Set deletion_protection = false and apply first.", {"deletion_protection"});
    const auto cloud = clouds_.any(*state.id, {});
    return cloud ? mark_cluster_leaves(**cloud) : Status();  // what is gone has nothing that goes along
  }

  Status create(Cluster& cluster, Call& call) override {
    const auto wish = wish_from(cluster);
    MS_TRY(const auto cloud, clouds_.of(controller_of(cluster), wish.model));
    MS_CHECK(adopt(*cloud, cluster, wish, call));
    auto made = make(*cloud, cluster, wish, call);
    if (made) return {};
    auto error = doing("creating cluster " + *cluster.name, std::move(made).error());
    error.causes.push_back(
        ask("the next apply goes on where this one ended; to take away what exists instead: "
            "juju destroy-model " +
            wish.model));
    return error;
  }

  Result<Found> read(Cluster& cluster, Call& call) override {
    MS_TRY(const auto id, JujuId::parse(*cluster.id));
    auto cloud = clouds_.of_id(id, limit_of(call));
    if (!cloud) return unreachable(cloud.error(), cluster, call);
    if (!*cloud) return Found::no;
    const auto model = (*cloud)->tools.view.find(limit_of(call));
    if (model && *model && (*model)->life != "alive") {  // there is no way back for it
      call.warn("The model is being destroyed", (*cloud)->tools.view.text() + " is " + (*model)->life +
                                                    "; the next apply waits for its end and makes another.");
      return Found::no;
    }
    auto recorded = (*cloud)->record.read(limit_of(call));
    if (!recorded) return unreachable(recorded.error(), cluster, call);
    std::vector<std::string> drift;
    if (*recorded) {
      cluster.name = (*recorded)->cluster.name;
      cluster.region = (*recorded)->cluster.region;
      MS_TRY(const auto wish, charmed::wish_of(**recorded));
      take_wish(wish, cluster);
    } else {
      drift.push_back("the record of the deployment is missing");
    }
    MS_TRY(const auto topology, charmed::topology(deployment_in(*recorded, cluster), clouds_.catalogue()));
    auto seen = charmed::observe(topology, (*cloud)->tools, charmed::cluster_scope(topology), call.stop());
    if (!seen) return unreachable(seen.error(), cluster, call);
    for (auto& text : drift_of(*seen, call)) drift.push_back(std::move(text));
    cluster.drift = std::move(drift);
    if (!cluster.phases.is_known()) cluster.phases = std::vector<Phase>{};
    return Found::yes;
  }

  Status update(const Cluster&, Cluster& cluster, Call& call) override {
    const auto wish = wish_from(cluster);
    MS_TRY(const auto cloud, clouds_.of(controller_of(cluster), wish.model));
    return make(*cloud, cluster, wish, call);
  }

  Status remove(const Cluster& cluster, Call& call) override {
    MS_TRY(const auto id, JujuId::parse(*cluster.id));
    MS_TRY(const auto cloud, clouds_.of_id(id, limit_of(call)));
    if (!cloud) return forget_leaving(*cluster.name);
    const std::lock_guard lock(cloud->changing);
    MS_TRY(const auto recorded, cloud->record.read(limit_of(call)));
    MS_TRY(const auto topology, charmed::topology(deployment_in(recorded, cluster), clouds_.catalogue()));
    MS_CHECK(charmed::remove(topology, cloud->tools, {}, watched(call),
                             [&](const std::string& text) { call.warn("The model stays", text); }));
    return forget_leaving(*cluster.name);
  }

  Status import(const ImportRequest& from, Cluster& cluster, Call& call) override {
    if (!from.by_identity) cluster.id = from.id;
    MS_TRY(const auto id, JujuId::parse(*cluster.id));
    MS_TRY(const auto cloud, clouds_.of_id(id, limit_of(call)));
    if (!cloud)
      return ask("the controller has no such model", id.text(), "look with `juju models --uuid`", {"id"});
    MS_TRY(const auto recorded, cloud->record.read(limit_of(call)));
    if (!recorded)
      return ask("the model holds no deployment of MicroStack", id.text(),
                 "only what was deployed by Terraform or by juju microstack can be imported", {"id"});
    cluster.name = recorded->cluster.name;
    cluster.release = recorded->cluster.release;
    cluster.region = recorded->cluster.region;
    cluster.substrate = std::string("juju");
    cluster.deletion_protection = false;
    cluster.phases = std::vector<Phase>{};
    return {};
  }

 private:
  static std::string controller_of(const Cluster& cluster) {
    return cluster.juju.is_known() ? or_default(cluster.juju->controller) : std::string();
  }

  // A dead controller must not block its own repair.
  static Result<Found> unreachable(const Error& error, Cluster& cluster, Call& call) {
    call.warn("The cloud cannot be looked at", error.text());
    cluster.drift = std::vector<std::string>{"the controller does not answer"};
    return Found::yes;
  }

  // What is recorded, with this state's own wish and name.
  Deployment deployment_in(const std::optional<Deployment>& recorded, const Cluster& cluster) const {
    const auto own =
        charmed::deployment_of(*cluster.name, cluster.region.value_or("RegionOne"), wish_from(cluster));
    auto deployment = recorded.value_or(own);
    deployment.wish = own.wish;
    deployment.cluster.name = own.cluster.name;
    deployment.cluster.region = own.cluster.region;
    deployment.cluster.substrate = "juju";
    deployment.cluster.release = cluster.release.value_or(own.cluster.release);
    return deployment;
  }

  Status adopt(JujuCloud& cloud, const Cluster& cluster, const Wish& wish, Call& call) {
    MS_TRY(const auto there, cloud.record.read(limit_of(call)));
    if (!there || there->cluster.id.empty()) return {};
    MS_TRY(const auto its, charmed::wish_of(*there));
    if (its == wish && there->cluster.name == *cluster.name && there->cluster.region == *cluster.region) {
      call.warn("Cluster " + *cluster.name + " was there already",
                "It is what is asked for, and is managed by this state from now on.");
      return {};
    }
    return ask("model " + wish.model + " holds another cluster already: " + there->cluster.name,
               there->cluster.id,
               "choose another model, or take that one over:\n\n" +
                   import_block("microstack_cluster.cloud", there->cluster.id) + "\n",
               {"juju", "model"});
  }

  Status make(JujuCloud& cloud, Cluster& cluster, const Wish& wish, Call& call) {
    const auto begun = std::chrono::steady_clock::now();
    std::unique_lock lock(cloud.changing);
    cloud.tools.view.forget();
    MS_TRY(const auto recorded, cloud.record.read(limit_of(call)));
    const auto deployment = deployment_in(recorded, cluster);
    auto topology = charmed::topology(deployment, clouds_.catalogue());
    if (!topology) return below_juju(topology.error());
    const auto scope = charmed::cluster_scope(*topology);
    MS_TRY(const auto making, charmed::plan(*topology, cloud.tools, scope, charmed::Part::making));
    if (const auto outcome = execute(making, watched(call)); !outcome.ok()) return *outcome.error;
    if (recorded && recorded->wish != deployment.wish) {
      MS_TRY(const auto before, charmed::topology(*recorded, clouds_.catalogue()));
      MS_CHECK(charmed::forget(before, *topology, cloud.tools, watched(call)));
    }
    MS_TRY(const auto uuid, cloud.tools.view.uuid(limit_of(call)));
    MS_TRY(const auto welcome, cloud.tools.controller.session().welcome(limit_of(call)));
    const auto id = JujuId{welcome.controller_uuid, uuid}.text();
    MS_CHECK(charmed::change_record(
        cloud.record,
        [&](Deployment& record) -> Status {
          record.cluster = deployment.cluster;
          record.cluster.id = id;
          record.wish = charmed::to_json(wish);
          record.catalogue_version = clouds_.catalogue().version();
          return {};
        },
        limit_of(call)));
    cloud.tools.active_limit = left(call);
    MS_TRY(const auto waiting, charmed::plan(*topology, cloud.tools, scope, charmed::Part::waiting));
    lock.unlock();
    if (const auto outcome = execute(waiting, watched(call)); !outcome.ok()) return *outcome.error;
    cluster.id = id;
    settle_all(cluster);
    if (!cluster.phases.is_known() || cluster.phases->empty()) {
      Phase phase;
      phase.name = std::string("deploy");
      phase.seconds =
          std::round(std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count() * 10) /
          10;
      cluster.phases = std::vector<Phase>{phase};
    }
    cluster.drift = std::vector<std::string>{};
    return {};
  }

  JujuClouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyResource> juju_cluster_resource(JujuClouds& clouds) {
  return std::make_unique<JujuCluster>(clouds);
}

}  // namespace microstack::provider
