#include "engine/cloud/charmed_cloud.h"

#include "engine/base/hash.h"
#include "engine/substrate/juju/wish.h"

namespace microstack {
namespace {

juju::Limit limit_of(const Watch& watch) {
  return juju::Limit::of(std::min<std::chrono::milliseconds>(watch.limit, std::chrono::minutes(3)),
                         watch.stop);
}

}  // namespace

CharmedCloud::CharmedCloud(std::string name, charmed::Tools& tools, charmed::DeploymentRecord& record,
                           const Catalogue& catalogue, std::string program, OpenHost open)
    : name_(std::move(name)),
      tools_(tools),
      record_(record),
      catalogue_(catalogue),
      program_(std::move(program)),
      open_(std::move(open)) {}

Result<std::optional<Profile>> CharmedCloud::profile() {
  MS_TRY(const auto recorded, snapshot());
  if (!recorded || recorded->cluster.id.empty()) return std::optional<Profile>();
  MS_TRY(const auto wish, charmed::wish_of(*recorded));
  Profile profile;
  profile.cluster = {recorded->cluster.id, recorded->cluster.name, recorded->cluster.release,
                     recorded->cluster.region};
  for (const auto& component : catalogue_.core()) profile.components.push_back({component});
  profile.network.physnets = {{"physnet1", "br-ex", {}}};
  profile.packages.proxy = wish.http_proxy;
  return std::optional(std::move(profile));
}

Result<std::optional<Deployment>> CharmedCloud::deployment() {
  return record_.read(limit_of({}));
}

Result<std::optional<Deployment>> CharmedCloud::snapshot() {
  const std::lock_guard lock(mutex_);
  if (!snapshot_) {
    MS_TRY(snapshot_, deployment());
  }
  return *snapshot_;
}

Status CharmedCloud::edit_deployment(const Patch& patch, const Watch& watch) {
  const std::lock_guard one_at_a_time(editing_);
  auto done = charmed::change_record(
      record_,
      [&](Deployment& there) -> Status {
        Json changed = to_json(there);
        changed.merge_patch(patch(there.revision == 0 ? std::nullopt : std::optional(there)));
        MS_TRY(there, deployment_from_json(changed, "the changed deployment"));
        return {};
      },
      limit_of(watch));
  const std::lock_guard lock(mutex_);
  snapshot_.reset();
  return done ? std::move(done) : Status(doing("writing the deployment down", std::move(done).error()));
}

Status CharmedCloud::join(Profile& node, const Watch& watch) {
  charmed::ForHypervisors said;
  {
    const std::lock_guard once(asking_);
    if (!plane_) {
      MS_TRY(plane_, charmed::for_hypervisors(tools_, limit_of(watch)));
    }
    said = *plane_;
  }
  node.control.plane = said.plane;
  // The node's own, and the same whenever it is asked for.
  said.given.secrets["neutron/metadata"] =
      hmac_sha256_hex(said.given.secrets["nova/identity"], "metadata of " + node.node.name);
  MS_TRY(node.secrets, native::handed_over(node, catalogue_, said.given));
  return {};
}

Result<std::string> CharmedCloud::authority(const Watch& watch) {
  const std::lock_guard once(asking_);
  if (!authority_) {
    MS_TRY(authority_, charmed::authorities(tools_, limit_of(watch)));
  }
  return *authority_;
}

Result<openstack::Session*> CharmedCloud::admin(const Watch& watch) {
  {
    const std::lock_guard lock(mutex_);
    if (admin_) return admin_.get();
  }
  MS_TRY(auto access, charmed::administrator(tools_, limit_of(watch)));
  http::Options options;
  if (access.auth_url.starts_with("https:")) {
    MS_TRY(options.ca_pem, authority(watch));
  }
  options.user_agent = "microstack";
  const std::lock_guard lock(mutex_);
  if (!admin_) {
    http_ = std::make_unique<http::Client>(options);
    admin_ = std::make_unique<openstack::Session>(*http_, std::move(access));
  }
  return admin_.get();
}

Result<std::unique_ptr<openstack::Session>> CharmedCloud::session(const std::string& user,
                                                                  const Secret& password,
                                                                  const std::string& project) {
  MS_TRY(const openstack::Session* admin, this->admin({}));
  auto access = admin->access();
  access.user = user;
  access.password = password;
  access.project = project;
  access.user_domain = access.project_domain = "Default";
  return std::make_unique<openstack::Session>(*http_, std::move(access));
}

}  // namespace microstack
