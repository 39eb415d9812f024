#include "engine/cloud/any_cloud.h"

#include "engine/cloud/guests.h"

namespace microstack {

Result<std::vector<openstack::ComputeService>> AnyCloud::compute_services(const Watch& watch) {
  using Services = std::vector<openstack::ComputeService>;
  return looks_.submit(true, [&](const std::vector<bool>& askers) -> Result<std::vector<Services>> {
    MS_TRY(openstack::Session * session, admin(watch));
    MS_TRY(const Services services, openstack::compute_services(*session, watch.stop));
    return std::vector<Services>(askers.size(), services);
  });
}

Status AnyCloud::forget(Hosts& leaving, const std::string& host, Forget forget_all, const Watch& watch) {
  MS_TRY(auto failed, leaving.submit(host, [&](const std::vector<std::string>& hosts) -> Result<Forgotten> {
    MS_TRY(openstack::Session * session, admin(watch));
    return forget_all(*session, hosts, watch.stop);
  }));
  if (failed) return std::move(*failed);
  return {};
}

Status AnyCloud::forget_compute(const std::string& host, const Watch& watch) {
  return forget(computes_, host, microstack::forget_compute, watch);
}

Status AnyCloud::forget_agents(const std::string& host, const Watch& watch) {
  return forget(agents_, host, microstack::forget_agents, watch);
}

}  // namespace microstack
