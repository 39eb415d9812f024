// A cloud as the resources share it: how its first node is reached, what it says of itself, and a session
// with its API. One per cluster and process: what was read once serves all resources that read it.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/places.h"
#include "engine/catalogue/catalogue.h"
#include "engine/cloud/any_cloud.h"
#include "engine/cloud/planned.h"

namespace microstack {

// microstack://NAME@API_ADDRESS/FINGERPRINT; FINGERPRINT is 128 bits of the hash of the cluster's authority.
struct ClusterId {
  std::string name;
  std::string api_address;
  std::string fingerprint;

  static Result<ClusterId> parse(const std::string& text);
  std::string text() const { return "microstack://" + name + "@" + api_address + "/" + fingerprint; }
};
std::string fingerprint_of(const std::string& ca_pem);

class Cloud : public AnyCloud {
 public:
  Cloud(std::string name, Place place, std::string program, OpenHost open = {});

  const std::string& name() const override { return name_; }
  const Place& place() const { return first_.place(); }
  std::string machine() const override { return first_.name(); }

  ClusterNode member(std::string name, Place place) const override {
    return ClusterNode(name_, std::move(name), std::move(place), program_, open_);
  }

  // The first node: its host, itself, what it was last installed with.
  Result<Json> on_host(const std::vector<std::string>& verb, const std::string& stdin_text,
                       const Watch& watch) {
    auto answer = first_.on_host(verb, stdin_text, watch);
    std::lock_guard lock(mutex_);
    silent_.reset();  // it may be up now
    return answer;
  }
  Result<Json> machine_status(const Watch& watch) { return first_.machine_status(watch); }
  Result<Host*> node() override { return first_.host(); }
  Result<Json> on_node(const std::vector<std::string>& verb, const std::string& stdin_text,
                       const Watch& watch) {
    return first_.on_node(verb, stdin_text, watch);
  }
  Result<std::optional<Profile>> profile() override { return first_.profile(); }
  // Changes it and installs; one at a time, however many resources ask, and after an installation that
  // somebody else began. Returns the facts the node says of itself.
  Result<Json> install(const std::function<Status(Profile&)>& change, const Watch& watch);
  // Differences and facts; asked once until something is installed.
  Result<Json> status(const Watch& watch);

  // As the control node keeps it. What several resources change at once is written once.
  Result<std::optional<Deployment>> deployment() override;
  Result<std::optional<Deployment>> snapshot() override;
  Status edit_deployment(const Patch& patch, const Watch& watch) override;
  // Of the first node, looked at once until something is installed.
  Result<std::optional<Profile>> known_profile() override;
  Result<std::string> host_name() override;

  // On the control node; all that join or part at once in one call.
  Status join(Profile& node, const Watch& watch) override;
  Status part(const Profile& node, const Watch& watch) override;

  Result<openstack::Session*> admin(const Watch& watch = {}) override;
  Result<std::unique_ptr<openstack::Session>> session(const std::string& user, const Secret& password,
                                                      const std::string& project) override;
  Result<std::string> authority(const Watch& watch) override;
  // A secret kept on the control node, drawn when it is asked for the first time.
  Result<Secret> secret(const std::string& secret_name);
  Status forget_secret(const std::string& secret_name);

  // For so long a control node that did not answer one who looked is not asked by the others who look.
  std::chrono::milliseconds silence{5000};

 private:
  // Looked at once for all.
  template <class T, class Look>
  Result<T> once(std::optional<T>& kept, const Look& look) {
    std::lock_guard lock(mutex_);
    if (kept) return *kept;
    if (silent_ && std::chrono::steady_clock::now() - silent_since_ < silence) return *silent_;
    silent_.reset();
    Result<T> seen = look();
    if (seen) return *(kept = std::move(*seen));
    if (seen.error().kind == ErrorKind::retry) {
      silent_ = seen.error();
      silent_since_ = std::chrono::steady_clock::now();
    }
    return seen.error();
  }
  Result<openstack::Access> access(const Watch& watch);
  std::string name_;
  std::string program_;
  OpenHost open_;
  ClusterNode first_;
  std::unique_ptr<http::Client> http_;
  std::unique_ptr<openstack::Session> admin_;
  std::optional<Json> status_;
  std::optional<std::optional<Deployment>> snapshot_;
  std::optional<std::optional<Profile>> profile_;
  std::optional<std::string> host_name_;
  std::optional<Error> silent_;
  std::chrono::steady_clock::time_point silent_since_;
  std::recursive_mutex mutex_;  // of the members above
  std::mutex installing_;
  Batch<Patch, bool> edits_{gather};
  Batch<Profile, std::map<std::string, std::string>> joins_{gather};
  Batch<Profile, bool> parts_{gather};
};

// How servers are reached that do not say it themselves: the provider's own argument `ssh`. The key is in this process's
// memory only.
struct SshDefaults {
  std::string user;
  std::string private_key_file;
  Secret private_key;
};

// All clouds of this process.
class Clouds {
 public:
  explicit Clouds(Catalogue catalogue) : catalogue_(std::move(catalogue)) {}
  const Catalogue& catalogue() const { return catalogue_; }
  SshDefaults ssh;  // set once, before anything is asked
  OpenHost open;    // unset: the real hosts
  Planned planned;
  // Finds clouds of other substrates than ours; unset: there are none.
  std::function<Result<std::shared_ptr<AnyCloud>>(const std::string& cluster_id)> elsewhere;

  // The cloud of a cluster that is being made or was made by this name.
  Result<std::shared_ptr<Cloud>> of(const std::string& name, const Place& place);
  // The cloud of an id. How it is reached: as it was in this process, else as a machine of this host.
  Result<std::shared_ptr<Cloud>> of_id(const std::string& cluster_id);
  // The cloud of an id, whatever its substrate is.
  Result<std::shared_ptr<AnyCloud>> any(const std::string& cluster_id);
  // A node of a cluster that is not there yet.
  Result<std::unique_ptr<ClusterNode>> node_to_be(const std::string& name, const Place& place) const;
  void forget(const std::string& name);

 private:
  Catalogue catalogue_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Cloud>> clouds_;
};

}  // namespace microstack
