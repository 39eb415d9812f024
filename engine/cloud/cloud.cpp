#include "engine/cloud/cloud.h"

#include <cstdlib>
#include <regex>
#include <thread>

#include "engine/base/hash.h"
#include "engine/host/machine_host.h"
#include "engine/steps/secrets.h"

namespace microstack {

std::string fingerprint_of(const std::string& ca_pem) {
  return sha256_hex(ca_pem).substr(0, 32);
}

Result<ClusterId> ClusterId::parse(const std::string& text) {
  static const std::regex form("microstack://([a-z0-9][a-z0-9-]*)@([^/@]+)/([0-9a-f]{32})");
  std::smatch parts;
  if (!std::regex_match(text, parts, form))
    return ask(
        "\"" + text + "\" is no cluster id", {},
        "a cluster id is microstack://NAME@API_ADDRESS/FINGERPRINT, the attribute id of a microstack_cluster",
        {"cluster_id"});
  return ClusterId{parts[1], parts[2], parts[3]};
}

Cloud::Cloud(std::string name, Place place, std::string program)
    : name_(std::move(name)), place_(std::move(place)), program_(std::move(program)) {
  // sudo passes none of the environment on.
  for (const char* variable : {"MICROSTACK_STATE", "MICROSTACK_RUN", "MICROSTACK_CACHE"})
    if (const char* value = std::getenv(variable)) environment_[variable] = value;
}

Result<Json> Cloud::on_host(const std::vector<std::string>& verb, const std::string& stdin_text,
                            const Watch& watch) {
  return Hypervisor(local_, program_, environment_).run(verb, stdin_text, watch);
}

Result<Json> Cloud::machine_status(const Watch& watch) {
  MS_TRY(const Json machines, on_host({"machine", "list"}, {}, watch));
  for (const auto& machine : machines)
    if (machine.value("cluster", std::string()) == name_ &&
        machine.value("name", std::string()) == this->machine())
      return machine;
  return Json();
}

Result<Host*> Cloud::node() {
  std::lock_guard lock(mutex_);
  if (place_.kind == Place::Kind::local) return static_cast<Host*>(&local_);
  if (node_) return node_.get();
  if (place_.kind == Place::Kind::ssh) {
    MS_TRY(node_, SshHost::open(place_.ssh));
  } else {
    node_ = std::make_unique<MachineHost>(local_, machine(), [this]() -> Result<long> {
      MS_TRY(const Json machine, machine_status({}));
      if (machine.is_null()) return give_up("machine " + this->machine() + " is not on this host");
      const long leader = machine.value("leader", 0L);
      if (leader == 0)
        return retry("machine " + this->machine() + " is " + machine.value("state", std::string("off")),
                     "this host",
                     "start it: microstack-hypervisor machine start " + name_ + " " + this->machine());
      return leader;
    });
  }
  return node_.get();
}

Result<Json> Cloud::on_node(const std::vector<std::string>& verb, const std::string& stdin_text,
                            const Watch& watch) {
  MS_TRY(Host * host, node());
  {
    std::lock_guard lock(mutex_);
    if (program_on_node_.empty()) {
      if (place_.kind == Place::Kind::local) {
        program_on_node_ = program_;
      } else {
        MS_TRY(program_on_node_, carry_hypervisor(*host, program_));
      }
    }
  }
  const auto environment =
      place_.kind == Place::Kind::local ? environment_ : std::map<std::string, std::string>();
  return Hypervisor(*host, program_on_node_, environment).run(verb, stdin_text, watch);
}

std::string Cloud::on_node_path(const std::string& file) const {
  const auto named = environment_.find("MICROSTACK_STATE");
  const bool own = place_.kind == Place::Kind::local && named != environment_.end();
  return (own ? named->second : Places{}.state) + "/" + file;
}

Result<std::optional<Profile>> Cloud::profile() {
  MS_TRY(Host * host, node());
  const auto path = on_node_path("profile.json");
  MS_TRY(const auto file, host->read(path));
  if (!file) return std::optional<Profile>();
  const auto json = Json::parse(file->bytes, nullptr, false);
  if (json.is_discarded()) return give_up("the stored profile is not JSON", host->name() + ":" + path);
  MS_TRY(auto profile, profile_from_json(json));
  return std::optional<Profile>(std::move(profile));
}

Result<Json> Cloud::install(const std::function<Status(Profile&)>& change, const Watch& watch) {
  std::lock_guard one_at_a_time(installing_);
  MS_TRY(const auto stored, profile());
  Profile wish = stored.value_or(Profile{});
  MS_CHECK(change(wish));
  auto answer = on_node({"install", "-"}, to_json(wish).dump() + "\n", watch);
  const auto begun = std::chrono::steady_clock::now();
  // One that goes on from an apply that was cut off: its end is near, and ours comes after it.
  while (!answer && answer.error().has_code("busy") && !watch.stop.stop_requested() &&
         std::chrono::steady_clock::now() - begun < watch.limit) {
    watch.event({.kind = Event::Kind::wait, .waiting_for = answer.error().what});
    std::this_thread::sleep_for(std::chrono::seconds(2));
    answer = on_node({"install", "-"}, to_json(wish).dump() + "\n", watch);
  }
  std::lock_guard lock(mutex_);
  status_.reset();
  if (!answer) return answer;
  return answer->value("facts", Json::object());
}

Result<Json> Cloud::status(const Watch& watch) {
  std::lock_guard lock(mutex_);
  if (!status_) {
    MS_TRY(status_, on_node({"status"}, {}, watch));
  }
  return *status_;
}

Result<std::optional<Deployment>> Cloud::deployment() {
  MS_TRY(Host * host, node());
  const auto path = on_node_path("deployment.json");
  MS_TRY(const auto file, host->read(path));
  if (!file) return std::optional<Deployment>();
  const auto json = Json::parse(file->bytes, nullptr, false);
  if (json.is_discarded()) return give_up("the deployment is not JSON", host->name() + ":" + path);
  MS_TRY(auto deployment, deployment_from_json(json, host->name() + ":" + path));
  return std::optional<Deployment>(std::move(deployment));
}

Status Cloud::edit_deployment(const std::function<Json(const std::optional<Deployment>&)>& patch,
                              const Watch& watch) {
  for (int attempt = 1;; ++attempt) {
    MS_TRY(const auto there, deployment());
    const auto change = patch(there);
    if (change.empty()) return {};
    const auto revision = std::to_string(there ? there->revision : 0);
    const auto edited = on_node({"deployment", "edit", "--if-match", revision}, change.dump() + "\n", watch);
    if (edited) return {};
    if (!edited.error().has_code("revision") || attempt == 5)
      return doing("writing the deployment down", edited.error());
  }
}

Result<Secret> Cloud::secret(const std::string& secret_name) {
  MS_TRY(Host * host, node());
  Secrets secrets(*host, /*draws=*/true, {}, on_node_path("secrets"));
  return secrets.need(secret_name);
}

Status Cloud::forget_secret(const std::string& secret_name) {
  MS_TRY(Host * host, node());
  return host->remove(on_node_path("secrets/" + secret_name));
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

Result<std::shared_ptr<Cloud>> Clouds::of(const std::string& name, const Place& place) {
  MS_TRY(const std::string program, hypervisor_beside_this_program());
  std::lock_guard lock(mutex_);
  auto& cloud = clouds_[name];
  if (!cloud || cloud->place().kind != place.kind || cloud->place().ssh.host != place.ssh.host)
    cloud = std::make_shared<Cloud>(name, place, program);
  return cloud;
}

Result<std::shared_ptr<Cloud>> Clouds::of_id(const std::string& cluster_id) {
  MS_TRY(const auto id, ClusterId::parse(cluster_id));
  {
    std::lock_guard lock(mutex_);
    if (const auto found = clouds_.find(id.name); found != clouds_.end()) return found->second;
  }
  return of(id.name, {});
}

void Clouds::forget(const std::string& name) {
  std::lock_guard lock(mutex_);
  clouds_.erase(name);
}

}  // namespace microstack
