#include "provider/resources/cluster.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "engine/base/file.h"
#include "engine/clients/openstack/clouds_yaml.h"
#include "engine/clients/openstack/identity.h"
#include "engine/machines/machine_spec.h"
#include "engine/substrate/native/native.h"
#include "provider/cloud/watching.h"
#include "provider/resources/cluster_model.h"

namespace microstack::provider {
namespace {

using namespace terraform;

const std::vector<std::string> default_roles = {"control", "compute", "network"};

std::vector<std::string> roles_of(const Cluster& cluster) {
  if (cluster.first_node.is_known() && cluster.first_node->roles.is_known())
    return *cluster.first_node->roles;
  return default_roles;
}

Place place_of(const Cluster& cluster) {
  Place place;
  if (!cluster.first_node.is_known()) return place;
  const auto& node = *cluster.first_node;
  if (node.local.is_known()) place.kind = Place::Kind::local;
  if (node.ssh.is_known()) {
    place.kind = Place::Kind::ssh;
    place.ssh.host = *node.ssh->host;
    place.ssh.port = static_cast<int>(node.ssh->port.value_or(22));
    place.ssh.user = node.ssh->user.value_or("root");
    place.ssh.host_key = *node.ssh->host_key;
    place.ssh.key_file = node.ssh->private_key_file.value_or("");
  }
  return place;
}

std::string home() {
  const char* folder = std::getenv("HOME");
  return folder ? folder : "/root";
}

// Components whose differences are the cluster's: the core's, and the node's own ("").
bool is_core(const Catalogue& catalogue, const std::string& component) {
  const auto* found = catalogue.find(component);
  return !found || !found->optional;
}

// Times of what an apply did one after the other.
class Stopwatch {
 public:
  void begin(std::string name) {
    end();
    name_ = std::move(name);
    since_ = std::chrono::steady_clock::now();
  }
  void end() {
    if (name_.empty()) return;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - since_).count();
    Phase phase;
    phase.name = std::exchange(name_, {});
    phase.seconds = std::round(seconds * 10) / 10;
    phases_.push_back(std::move(phase));
  }
  std::vector<Phase> take() {
    end();
    return std::move(phases_);
  }

 private:
  std::string name_;
  std::chrono::steady_clock::time_point since_;
  std::vector<Phase> phases_;
};

class ClusterResource : public Resource<Cluster> {
 public:
  explicit ClusterResource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "cluster"; }
  bool resumable() const override { return true; }
  std::string import_id() const override {
    return "microstack://demo@10.85.0.10/0123456789abcdef0123456789abcdef";
  }

  Status plan(terraform::Plan<Cluster>& plan, Call&) override {
    const auto& catalogue = clouds_.catalogue();
    const auto roles = roles_of(plan.planned);
    if (plan.planned.memory_mib.is_unknown())
      plan.planned.memory_mib = catalogue.memory_mib(catalogue.core(), roles);
    if (plan.planned.disk_mib.is_unknown())
      plan.planned.disk_mib = catalogue.disk_mib(catalogue.core(), roles);
    if (plan.planned.clouds_yaml_path.is_unknown() && plan.planned.name.is_known())
      plan.planned.clouds_yaml_path = home() + "/.config/microstack/" + *plan.planned.name + "/clouds.yaml";
    if (std::find(roles.begin(), roles.end(), "control") == roles.end())
      return ask("The first node needs the role control", {}, "Add \"control\" to its roles.",
                 {"first_node", "roles"});
    return {};
  }

  Status plan_removal(const Cluster& state, Call&) override {
    if (state.deletion_protection.value_or(false))
      return ask("The cluster is protected against deletion", {},
                 "Set deletion_protection = false and apply first.", {"deletion_protection"});
    return {};
  }

  Status create(Cluster& cluster, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of(*cluster.name, place_of(cluster)));
    auto made = make(*cloud, cluster, call);
    if (!made) {
      auto error = doing("creating cluster " + *cluster.name, std::move(made).error());
      error.causes.push_back(ask("to take away what exists instead: microstack-hypervisor machine remove " +
                                 *cluster.name + " " + cloud->machine()));
      return error;
    }
    return {};
  }

  Result<Found> read(Cluster& cluster, Call& call) override {
    MS_TRY(const auto id, ClusterId::parse(*cluster.id));
    cluster.name = id.name;
    MS_TRY(const auto cloud, clouds_.of(id.name, place_of(cluster)));
    if (cloud->place().kind == Place::Kind::machine) {
      auto machine = cloud->machine_status(watching(call));
      if (machine && machine->is_null()) return Found::no;  // the host's own record says so: proof
    }
    auto said = cloud->status(watching(call));
    if (!said) {  // a dead cloud must not block its own repair
      call.warn("The cloud cannot be looked at", said.error().text());
      cluster.drift = std::vector<std::string>{"the first node does not answer"};
      return Found::yes;
    }
    take(*said, cluster);
    // What a state of an import does not know yet.
    const auto& catalogue = clouds_.catalogue();
    if (!cluster.memory_mib.is_known())
      cluster.memory_mib = catalogue.memory_mib(catalogue.core(), roles_of(cluster));
    if (!cluster.disk_mib.is_known())
      cluster.disk_mib = catalogue.disk_mib(catalogue.core(), roles_of(cluster));
    cluster.drift = drift_of(
        *said, [&](const std::string& component) { return is_core(clouds_.catalogue(), component); });
    if (!file_is_there(cluster)) cluster.drift->push_back("clouds.yaml is missing");
    return Found::yes;
  }

  Status update(const Cluster&, Cluster& cluster, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of(*cluster.name, place_of(cluster)));
    return make(*cloud, cluster, call);
  }

  Status remove(const Cluster& cluster, Call& call) override {
    if (cluster.deletion_protection.value_or(false))
      return ask("The cluster is protected against deletion", {},
                 "Set deletion_protection = false and apply first.", {"deletion_protection"});
    MS_TRY(const auto cloud, clouds_.of(*cluster.name, place_of(cluster)));
    if (cloud->place().kind == Place::Kind::machine) {
      MS_TRY(const Json gone,
             cloud->on_host({"machine", "remove", *cluster.name, cloud->machine()}, {}, watching(call)));
    } else {
      MS_TRY(const Json undone, cloud->on_node({"remove"}, {}, watching(call)));
    }
    if (cluster.clouds_yaml_path.is_known()) {
      MS_CHECK(remove_file(*cluster.clouds_yaml_path));
      MS_CHECK(remove_file(ca_path(cluster)));
    }
    clouds_.forget(*cluster.name);
    return {};
  }

  Status import(const ImportRequest& from, Cluster& cluster, Call&) override {
    if (!from.by_identity) cluster.id = from.id;
    MS_TRY(const auto id, ClusterId::parse(*cluster.id));
    cluster.name = id.name;
    cluster.clouds_yaml_path = home() + "/.config/microstack/" + id.name + "/clouds.yaml";
    cluster.release = std::string("2025.1");
    cluster.substrate = std::string("native");
    cluster.deletion_protection = false;
    cluster.phases = std::vector<Phase>{};
    return {};
  }

 private:
  // From whatever is there to the whole cloud.
  Status make(Cloud& cloud, Cluster& cluster, Call& call) {
    Stopwatch watch;
    Json machine;
    if (cloud.place().kind == Place::Kind::machine) {
      MS_TRY(const auto spec, machine_spec(cloud, cluster));
      watch.begin("base image");
      MS_TRY(machine, cloud.on_host({"machine", "up"}, spec.dump(), watching(call, [&](const Event& event) {
                                      if (event.kind == Event::Kind::plan) watch.begin("machine");
                                    })));
    }
    watch.begin("install");
    MS_TRY(const Json facts,
           cloud.install([&](Profile& profile) { return decide(profile, cloud, cluster, machine); },
                         watching(call)));
    take({{"facts", facts}}, cluster);
    watch.begin("credentials");
    MS_CHECK(write_credentials(cloud, cluster, call));
    if (!cluster.phases.is_known() || cluster.phases->empty()) cluster.phases = watch.take();
    cluster.drift = std::vector<std::string>{};
    return {};
  }

  Result<Json> machine_spec(Cloud& cloud, const Cluster& cluster) {
    const auto& catalogue = clouds_.catalogue();
    MS_TRY(const Json release, catalogue.release(*cluster.release));
    std::vector<std::string> all;
    for (const auto& component : catalogue.components()) all.push_back(component.name);
    MachineSpec spec;
    spec.cluster = cloud.name();
    spec.name = cloud.machine();
    spec.image.release = *cluster.release;
    spec.image.suite = release.value("suite", std::string("trixie"));
    if (cluster.package_mirror.is_known()) spec.image.mirror = *cluster.package_mirror;
    if (cluster.proxy.is_known()) spec.image.proxy = *cluster.proxy;
    // Every component's, so that one enabled later downloads nothing, and every cloud shares one image.
    MS_TRY(spec.image.packages, native::packages(catalogue, all, {"control", "compute", "network"}));
    for (const auto& package : release.value("base_packages", Json::array()))
      spec.image.packages.push_back(package);
    spec.memory_mib = static_cast<int>(cluster.memory_mib.value_or(0));
    spec.disk_mib = static_cast<int>(cluster.disk_mib.value_or(0));
    if (cluster.first_node.is_known() && cluster.first_node->machine.is_known()) {
      const auto& networks = *cluster.first_node->machine;
      spec.networks = {networks.management_cidr.value_or(""), networks.external_cidr.value_or(""),
                       networks.tunnel_cidr.value_or("")};
    }
    return encode(spec);
  }

  // The first node's profile: what it was with the core added, so that other resources' components stay.
  Status decide(Profile& profile, const Cloud& cloud, const Cluster& cluster, const Json& machine) {
    profile.cluster.name = *cluster.name;
    profile.cluster.release = *cluster.release;
    profile.cluster.region = cluster.region.value_or("RegionOne");
    profile.node.roles = roles_of(cluster);
    profile.packages.mirror = cluster.package_mirror.value_or("");
    profile.packages.proxy = cluster.proxy.value_or("");
    for (const auto& name : clouds_.catalogue().core()) {
      const bool there = std::any_of(profile.components.begin(), profile.components.end(),
                                     [&](const auto& choice) { return choice.name == name; });
      if (!there) profile.components.push_back({name, Json::object()});
    }
    profile.node.name = cloud.machine();
    std::string address, interface;
    if (!machine.is_null()) {
      const auto at = [&](const char* pointer) {
        return machine.value(Json::json_pointer(pointer), std::string());
      };
      address = at("/addresses/management");
      profile.control.api_address = at("/addresses/api");
      interface = at("/interfaces/external");
      profile.network.tunnel_ip = at("/addresses/tunnel");
      profile.network.tunnel_interface = at("/interfaces/tunnel");
      profile.network.mtu = 1442;
      profile.network.dns = {at("/external/gateway")};
    } else {
      const auto& node = *cluster.first_node;
      address = node.ssh.is_known() ? *node.ssh->host : *node.local->address;
      interface = node.ssh.is_known() ? node.ssh->external_interface.value_or("")
                                      : node.local->external_interface.value_or("");
      profile.control.api_address = address;
      profile.network.tunnel_ip = address;
    }
    profile.node.addresses["management"] = address;
    profile.control.members = {address};
    profile.network.physnets = {{"public", "br-ex", interface}};
    return {};
  }

  // From a status or an installation's facts to the computed attributes.
  static void take(const Json& said, Cluster& cluster) {
    const auto at = [&said](const char* pointer) {
      return said.value(Json::json_pointer(pointer), std::string());
    };
    const auto ca = at("/facts/ca");
    cluster.api_address = at("/facts/control/api_address");
    cluster.auth_url = at("/facts/urls/identity");
    cluster.ca_certificate = ca;
    cluster.region = at("/facts/cluster/region");
    if (!cluster.id.is_known())
      cluster.id = ClusterId{*cluster.name, *cluster.api_address, fingerprint_of(ca)}.text();
    std::map<std::string, std::string> endpoints;
    const Json urls = said.value(Json::json_pointer("/facts/urls"), Json::object());
    for (const auto& [type, url] : urls.items())
      if (url.is_string() && type != "dashboard") endpoints[type] = url;
    cluster.endpoints = std::move(endpoints);
    if (!cluster.ca_certificate_path.is_known()) cluster.ca_certificate_path = ca_path(cluster);
  }

  static std::string ca_path(const Cluster& cluster) {
    const auto& path = *cluster.clouds_yaml_path;
    return path.substr(0, path.rfind('/') + 1) + *cluster.name + "-ca.pem";
  }

  static bool file_is_there(const Cluster& cluster) {
    if (!cluster.clouds_yaml_path.is_known()) return true;
    const auto text = read_file(*cluster.clouds_yaml_path);
    return text && *text;
  }

  // clouds.yaml with a new application credential where the file is missing; the old one is revoked.
  Status write_credentials(Cloud& cloud, const Cluster& cluster, Call& call) {
    if (file_is_there(cluster)) return {};
    MS_TRY(openstack::Session * admin, cloud.admin(watching(call)));
    const char* host = std::getenv("HOSTNAME");
    openstack::ApplicationCredentialWish wish;
    wish.name = "terraform " + (host ? std::string(host) + " " : "") + *cluster.clouds_yaml_path;
    wish.description = "clouds.yaml written by terraform; revoke it by removing this credential";
    MS_TRY(const auto there, openstack::application_credentials(*admin, call.stop()));
    for (const auto& one : there)
      if (one.name == wish.name)
        MS_CHECK(openstack::revoke_application_credential(*admin, one.id, call.stop()));
    MS_TRY(const auto credential, openstack::create_application_credential(*admin, wish, call.stop()));
    openstack::CloudsEntry entry;
    entry.name = *cluster.name;
    entry.auth_url = *cluster.auth_url;
    entry.region = *cluster.region;
    entry.ca_file = ca_path(cluster);
    entry.application_credential_id = credential.id;
    entry.application_credential_secret = credential.secret;
    MS_CHECK(write_file(ca_path(cluster), *cluster.ca_certificate, 0644, 0700));
    return write_file(*cluster.clouds_yaml_path, openstack::clouds_yaml(entry), 0600, 0700);
  }

  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyResource> cluster_resource(Clouds& clouds) {
  return std::make_unique<ClusterResource>(clouds);
}

}  // namespace microstack::provider
