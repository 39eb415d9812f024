#include "engine/cloud/node.h"

#include <cstdlib>
#include <thread>

#include "engine/base/places.h"
#include "engine/host/machine_host.h"

namespace microstack {

ClusterNode::ClusterNode(std::string cluster, std::string name, Place place, std::string program,
                         OpenHost open)
    : cluster_(std::move(cluster)),
      name_(std::move(name)),
      place_(std::move(place)),
      program_(std::move(program)),
      open_(std::move(open)) {
  // sudo passes none of the environment on.
  for (const char* variable : {"MICROSTACK_STATE", "MICROSTACK_RUN", "MICROSTACK_CACHE"})
    if (const char* value = std::getenv(variable)) environment_[variable] = value;
}

Result<Host*> ClusterNode::outer() {
  std::lock_guard lock(mutex_);
  if (!place_.outer && !open_) return static_cast<Host*>(&local_);
  if (!outer_ && open_) {
    MS_TRY(outer_, open_(place_, {}));
  } else if (!outer_) {
    MS_TRY(outer_, SshHost::open(*place_.outer));
  }
  return outer_.get();
}

Result<Json> ClusterNode::on_host(const std::vector<std::string>& verb, const std::string& stdin_text,
                                  const Watch& watch) {
  MS_TRY(Host * outer, this->outer());
  if (verb.size() > 1 && verb[1] != "status") {  // it may start or end
    std::lock_guard lock(mutex_);
    leader_ = 0;
  }
  if (!place_.outer) return Hypervisor(*outer, program_, environment_).run(verb, stdin_text, watch);
  {
    std::lock_guard lock(mutex_);
    if (program_on_outer_.empty()) {
      MS_TRY(program_on_outer_, carry_hypervisor(*outer, program_));
    }
  }
  return Hypervisor(*outer, program_on_outer_).run(verb, stdin_text, watch);
}

Status ClusterNode::leave_host(const Watch& watch) {
  MS_TRY(const Json machines, on_host({"machine", "list"}, {}, watch));
  if (!machines.is_array() || !machines.empty()) return {};
  MS_TRY(Host * outer, this->outer());
  std::lock_guard lock(mutex_);
  program_on_outer_.clear();
  return outer->remove("/usr/local/lib/microstack");
}

Result<Json> ClusterNode::machine_status(const Watch& watch) {
  MS_TRY(Json machine, on_host({"machine", "status", cluster_, name_}, {}, watch));
  if (machine.value("state", std::string("absent")) == "absent") return Json();
  return machine;
}

Result<Host*> ClusterNode::host() {
  std::lock_guard lock(mutex_);
  if (place_.kind == Place::Kind::local) return static_cast<Host*>(&local_);
  if (host_) return host_.get();
  if (open_) {
    MS_TRY(host_, open_(place_, name_));
    return host_.get();
  }
  if (place_.kind == Place::Kind::ssh) {
    MS_TRY(host_, SshHost::open(place_.ssh));
    return host_.get();
  }
  MS_TRY(Host * outer, this->outer());
  host_ = std::make_unique<MachineHost>(*outer, name_, [this] { return leader(); });
  return host_.get();
}

Result<long> ClusterNode::leader() {
  {
    std::lock_guard lock(mutex_);
    if (leader_ != 0 && std::chrono::steady_clock::now() - leader_asked_ < leader_kept) return leader_;
  }
  MS_TRY(const Json machine, machine_status({}));
  if (machine.is_null()) return give_up("machine " + name_ + " is not on this host");
  const long leader = machine.value("leader", 0L);
  if (leader == 0)
    return retry("machine " + name_ + " is " + machine.value("state", std::string("off")), "this host",
                 "start it: microstack-hypervisor machine start " + cluster_ + " " + name_);
  std::lock_guard lock(mutex_);
  leader_asked_ = std::chrono::steady_clock::now();
  return leader_ = leader;
}

Result<Json> ClusterNode::on_node(const std::vector<std::string>& verb, const std::string& stdin_text,
                                  const Watch& watch) {
  MS_TRY(Host * host, this->host());
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

std::string ClusterNode::path(const std::string& file) const {
  const auto named = environment_.find("MICROSTACK_STATE");
  const bool own = place_.kind == Place::Kind::local && named != environment_.end();
  return (own ? named->second : Places{}.state) + "/" + file;
}

Result<std::optional<Profile>> ClusterNode::profile() {
  MS_TRY(Host * host, this->host());
  const auto path = this->path("profile.json");
  MS_TRY(const auto file, host->read(path));
  if (!file) return std::optional<Profile>();
  const auto json = Json::parse(file->bytes, nullptr, false);
  if (json.is_discarded()) return give_up("the stored profile is not JSON", host->name() + ":" + path);
  MS_TRY(auto profile, profile_from_json(json));
  return std::optional<Profile>(std::move(profile));
}

Result<Json> ClusterNode::install(const Profile& profile, const Watch& watch) {
  const auto text = to_json(profile).dump() + "\n";
  auto answer = on_node({"install", "-"}, text, watch);
  const auto begun = std::chrono::steady_clock::now();
  // One that goes on from an apply that was cut off: its end is near, and ours comes after it.
  while (!answer && answer.error().has_code("busy") && !watch.stop.stop_requested() &&
         std::chrono::steady_clock::now() - begun < watch.limit) {
    watch.event({.kind = Event::Kind::wait, .waiting_for = answer.error().what});
    std::this_thread::sleep_for(std::chrono::seconds(2));
    answer = on_node({"install", "-"}, text, watch);
  }
  if (!answer) return answer;
  return answer->value("facts", Json::object());
}

}  // namespace microstack
