#include "engine/cloud/cloud.h"

#include <regex>

#include "engine/base/hash.h"
#include "engine/cloud/guests.h"
#include "engine/cloud/merge_patch.h"
#include "engine/cloud/reach.h"
#include "engine/steps/secrets.h"

namespace microstack {

std::string fingerprint_of(const std::string& ca_pem) {
  return sha256_hex(ca_pem).substr(0, 32);
}

Result<ClusterId> ClusterId::parse(const std::string& text) {
  static const std::regex form("microstack://([a-z0-9][a-z0-9-]*)@([^/@]+)/([0-9a-f]{32})");
  std::smatch parts;
  if (text.starts_with("juju://"))
    return ask("this is for clusters with substrate = \"native\", and " + text + " is on Juju", {}, {},
               {"cluster_id"});
  if (!std::regex_match(text, parts, form))
    return ask(
        "\"" + text + "\" is no cluster id", {},
        "a cluster id is microstack://NAME@API_ADDRESS/FINGERPRINT, the attribute id of a microstack_cluster",
        {"cluster_id"});
  return ClusterId{parts[1], parts[2], parts[3]};
}

Cloud::Cloud(std::string name, Place place, std::string program, OpenHost open)
    : name_(std::move(name)),
      program_(std::move(program)),
      open_(std::move(open)),
      first_(name_, name_ + "-1", std::move(place), program_, open_) {}

Result<Json> Cloud::install(const std::function<Status(Profile&)>& change, const Watch& watch) {
  std::lock_guard one_at_a_time(installing_);
  MS_TRY(const auto stored, profile());
  Profile wish = stored.value_or(Profile{});
  MS_CHECK(change(wish));
  auto facts = first_.install(wish, watch);
  std::lock_guard lock(mutex_);
  status_.reset();
  profile_.reset();
  silent_.reset();
  return facts;
}

Result<Json> Cloud::status(const Watch& watch) {
  return once(status_, [&] { return on_node({"status"}, {}, watch); });
}

Result<std::optional<Deployment>> Cloud::deployment() {
  MS_TRY(Host * host, node());
  const auto path = first_.path("deployment.json");
  MS_TRY(const auto file, host->read(path));
  if (!file) return std::optional<Deployment>();
  const auto json = Json::parse(file->bytes, nullptr, false);
  if (json.is_discarded()) return give_up("the deployment is not JSON", host->name() + ":" + path);
  MS_TRY(auto deployment, deployment_from_json(json, host->name() + ":" + path));
  return std::optional<Deployment>(std::move(deployment));
}

Result<std::optional<Deployment>> Cloud::snapshot() {
  return once(snapshot_, [&] { return deployment(); });
}

Result<std::optional<Profile>> Cloud::known_profile() {
  MS_TRY(auto seen, once(profile_, [&] { return profile(); }));
  if (!seen) {  // of one that is being made: asked again
    std::lock_guard lock(mutex_);
    profile_.reset();
  }
  return seen;
}

Result<std::string> Cloud::host_name() {
  return once(host_name_, [&]() -> Result<std::string> {
    MS_TRY(Host * host, node());
    MS_TRY(auto name, run_ok(*host, Command{{"hostname"}}));
    while (!name.empty() && std::isspace(static_cast<unsigned char>(name.back()))) name.pop_back();
    return name;
  });
}

Status Cloud::edit_deployment(const Patch& patch, const Watch& watch) {
  MS_TRY([[maybe_unused]] const bool done,
         edits_.submit(patch, [&](const std::vector<Patch>& patches) -> Result<std::vector<bool>> {
           std::vector<bool> all(patches.size(), true);
           for (int attempt = 1;; ++attempt) {
             MS_TRY(const auto there, deployment());
             const Json before = there ? to_json(*there) : Json::object();
             Json after = before;
             auto so_far = there;
             for (const auto& one : patches) {
               const Json change = one(so_far);
               if (change.empty()) continue;
               after.merge_patch(change);
               Json whole = after;  // of one that was never written, what every deployment has
               for (const char* key : {"format", "revision"})
                 if (!whole.contains(key)) whole[key] = key == std::string_view("format") ? 1 : 0;
               MS_TRY(so_far, deployment_from_json(whole, "the changed deployment"));
             }
             const Json change = merge_patch(before, after);
             if (change.empty()) {
               std::lock_guard lock(mutex_);
               snapshot_ = there;
               return all;
             }
             const auto revision = std::to_string(there ? there->revision : 0);
             const auto edited =
                 on_node({"deployment", "edit", "--if-match", revision}, change.dump() + "\n", watch);
             if (edited) {
               std::lock_guard lock(mutex_);
               snapshot_.reset();
               return all;
             }
             if (!edited.error().has_code("revision") || attempt == 5)
               return doing("writing the deployment down", edited.error());
           }
         }));
  return {};
}

Status Cloud::join(Profile& node, const Watch& watch) {
  using Given = std::map<std::string, std::string>;
  MS_TRY(node.secrets,
         joins_.submit(node, [&](const std::vector<Profile>& nodes) -> Result<std::vector<Given>> {
           Json profiles = Json::array();
           for (const auto& one : nodes) profiles.push_back(to_json(one));
           MS_TRY(const Json answer, on_node({"member", "join"}, profiles.dump() + "\n", watch));
           std::vector<Given> all;
           for (const auto& one : nodes) {
             const auto given = answer.value(Json::json_pointer("/secrets") / one.node.name, Json());
             if (!given.is_object())
               return give_up("the control node did not say what node " + one.node.name + " is to be given",
                              first_.name());
             all.push_back(given.get<Given>());
           }
           return all;
         }));
  return {};
}

Status Cloud::part(const Profile& node, const Watch& watch) {
  MS_TRY([[maybe_unused]] const bool done,
         parts_.submit(node, [&](const std::vector<Profile>& nodes) -> Result<std::vector<bool>> {
           Json profiles = Json::array();
           for (const auto& one : nodes) profiles.push_back(to_json(one));
           MS_TRY(const Json answer, on_node({"member", "part"}, profiles.dump() + "\n", watch));
           return std::vector<bool>(nodes.size(), true);
         }));
  return {};
}

Result<Secret> Cloud::secret(const std::string& secret_name) {
  MS_TRY(Host * host, node());
  Secrets secrets(*host, /*draws=*/true, {}, first_.path("secrets"));
  return secrets.need(secret_name);
}

Status Cloud::forget_secret(const std::string& secret_name) {
  MS_TRY(Host * host, node());
  return host->remove(first_.path("secrets/" + secret_name));
}

Result<openstack::Access> Cloud::access(const Watch& watch) {
  MS_TRY(const Json said, status(watch));
  const auto at = [&said](const char* pointer) {
    return said.value(Json::json_pointer(pointer), std::string());
  };
  openstack::Access access;
  access.auth_url = at("/facts/urls/identity");
  access.region = at("/facts/cluster/region");
  if (access.auth_url.empty())
    return retry("cluster " + name_ + " does not say where its identity service is", "its first node",
                 "apply again: an unfinished cluster is gone on with");
  std::lock_guard lock(mutex_);
  if (!http_) {
    http::Options options;
    options.ca_pem = at("/facts/ca");
    options.use_proxy = false;  // the API address is on a bridge of this host or in the same network
    options.user_agent = "terraform-provider-microstack";
    http_ = std::make_unique<http::Client>(options);
  }
  return access;
}

Result<openstack::Session*> Cloud::admin(const Watch& watch) {
  MS_TRY(auto account, access(watch));
  std::lock_guard lock(mutex_);
  if (!admin_) {
    MS_TRY(account.password, secret("keystone/admin"));
    account.user = account.project = "admin";
    admin_ = std::make_unique<openstack::Session>(*http_, std::move(account));
  }
  return admin_.get();
}

Result<std::unique_ptr<openstack::Session>> Cloud::session(const std::string& user, const Secret& password,
                                                           const std::string& project) {
  MS_TRY(auto account, access({}));
  account.user = user;
  account.password = password;
  account.project = project;
  return std::make_unique<openstack::Session>(*http_, std::move(account));
}

Result<std::string> Cloud::authority(const Watch& watch) {
  MS_TRY(const Json said, status(watch));
  return said.value(Json::json_pointer("/facts/ca"), std::string());
}

Result<std::shared_ptr<Cloud>> Clouds::of(const std::string& name, const Place& place) {
  MS_TRY(const std::string program, hypervisor_beside_this_program());
  std::lock_guard lock(mutex_);
  auto& cloud = clouds_[name];
  if (!cloud || cloud->place().kind != place.kind || cloud->place().ssh.host != place.ssh.host)
    cloud = std::make_shared<Cloud>(name, place, program, open);
  return cloud;
}

Result<std::shared_ptr<Cloud>> Clouds::of_id(const std::string& cluster_id) {
  MS_TRY(const auto id, ClusterId::parse(cluster_id));
  {
    std::lock_guard lock(mutex_);
    if (const auto found = clouds_.find(id.name); found != clouds_.end()) return found->second;
  }
  MS_TRY(const auto place, remembered_place(id.name));
  return of(id.name, place.value_or(Place{}));
}

Result<std::shared_ptr<AnyCloud>> Clouds::any(const std::string& cluster_id) {
  if (elsewhere && cluster_id.starts_with("juju://")) return elsewhere(cluster_id);
  MS_TRY(const auto cloud, of_id(cluster_id));
  return std::shared_ptr<AnyCloud>(cloud);
}

Result<std::unique_ptr<ClusterNode>> Clouds::node_to_be(const std::string& name, const Place& place) const {
  MS_TRY(const std::string program, hypervisor_beside_this_program());
  return std::make_unique<ClusterNode>(std::string(), name, place, program, open);
}

void Clouds::forget(const std::string& name) {
  std::lock_guard lock(mutex_);
  clouds_.erase(name);
}

}  // namespace microstack
