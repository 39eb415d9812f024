#include "engine/clients/openstack/compute.h"
#include "provider/cloud/watching.h"
#include "provider/data/sources.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct Health {
  Attr<std::string> cluster_id;
  Attr<bool> healthy;
  Attr<std::vector<std::string>> problems;
  Attr<std::vector<std::string>> hypervisors_up;
  static auto schema() {
    return model<Health>(
        "How a cluster is, now, on either substrate. It never fails: a cluster that does not answer is not "
        "healthy.",
        attribute("cluster_id", &Health::cluster_id).required().doc("The cluster."),
        attribute("healthy", &Health::healthy).computed().doc("Everything is as it should be."),
        attribute("problems", &Health::problems).computed().doc("What is not, a line each."),
        attribute("hypervisors_up", &Health::hypervisors_up)
            .computed()
            .doc("Hosts that can run guests; not known of a cluster on Juju."));
  }
};

class HealthSource : public DataSource<Health> {
 public:
  HealthSource(Clouds& clouds, JujuClouds& charmed) : clouds_(clouds), charmed_(charmed) {}
  std::string name() const override { return "health"; }
  Status read(Health& health, Call& call) override {
    health.problems.emplace();
    health.hypervisors_up.emplace();
    const auto id = JujuId::parse(*health.cluster_id);
    if (auto looked = id ? look(*id, health, call) : look(health, call); !looked)
      health.problems->push_back(looked.error().text());
    health.healthy = health.problems->empty();
    return {};
  }

 private:
  Status look(Health& health, Call& call) {
    MS_TRY(const auto cloud, clouds_.of_id(*health.cluster_id));
    MS_TRY(const Json said, cloud->status(watching(call)));
    *health.problems = drift_of(said, [](const std::string&) { return true; });
    MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
    MS_TRY(const auto services, openstack::compute_services(*admin, call.stop()));
    for (const auto& service : services)
      if (service.enabled && !service.up)
        health.problems->push_back(service.binary + " on " + service.host + " is down");
    MS_TRY(const auto hypervisors, openstack::hypervisors(*admin, call.stop()));
    for (const auto& hypervisor : hypervisors)
      if (hypervisor.up) health.hypervisors_up->push_back(hypervisor.host);
    return {};
  }

  // The charms' hypervisors are seen by their units; what Nova says of hosts is not asked for.
  Status look(const JujuId& id, Health& health, Call& call) {
    MS_TRY(const auto cloud, charmed_.of_id(id, limit_of(call)));
    if (!cloud) return ask("there is no such cluster", id.text());
    MS_TRY(const auto recorded, cloud->record.read(limit_of(call)));
    if (!recorded) return ask("the model holds no deployment of MicroStack", id.text());
    MS_TRY(const auto topology, charmed::topology(*recorded, charmed_.catalogue()));
    MS_TRY(const auto seen, charmed::observe(topology, cloud->tools, {}, call.stop()));
    for (const auto& difference : seen.differences) health.problems->push_back(difference.text);
    for (const auto& trouble : seen.troubles) health.problems->push_back(trouble.text());
    return {};
  }

  Clouds& clouds_;
  JujuClouds& charmed_;
};

}  // namespace

std::unique_ptr<AnyDataSource> health_source(Clouds& clouds, JujuClouds& charmed) {
  return std::make_unique<HealthSource>(clouds, charmed);
}

}  // namespace microstack::provider
