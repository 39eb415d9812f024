#include "provider/resources/cluster.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/file.h"
#include "engine/cloud/credentials_file.h"
#include "engine/cloud/reach.h"
#include "provider/cloud/leaving.h"
#include "provider/cloud/watching.h"
#include "provider/resources/cluster_model.h"
#include "provider/resources/cluster_place.h"
#include "provider/resources/cluster_preflight.h"
#include "provider/resources/cluster_record.h"
#include "provider/resources/stopwatch.h"

namespace microstack::provider {
namespace {

using namespace terraform;

// Components whose differences are the cluster's: the core's, and the node's own ("").
bool is_core(const Catalogue& catalogue, const std::string& component) {
  const auto* found = catalogue.find(component);
  return !found || !found->optional;
}

class ClusterResource : public Resource<Cluster> {
 public:
  explicit ClusterResource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "cluster"; }
  bool resumable() const override { return true; }
  std::string import_id() const override {
    return "microstack://demo@10.85.0.10/0123456789abcdef0123456789abcdef";
  }

  Status plan(terraform::Plan<Cluster>& plan, Call& call) override {
    if (plan.planned.juju.is_known())
      return ask("these are settings of a charmed cluster", {}, "say substrate = \"juju\" too", {"juju"});
    const auto& catalogue = clouds_.catalogue();
    const auto roles = roles_of(plan.planned);
    if (plan.planned.memory_mib.is_unknown())
      plan.planned.memory_mib = catalogue.memory_mib(catalogue.core(), roles);
    if (plan.planned.disk_mib.is_unknown())
      plan.planned.disk_mib = catalogue.disk_mib(catalogue.core(), roles);
    if (plan.planned.clouds_yaml_path.is_unknown() && plan.planned.name.is_known())
      plan.planned.clouds_yaml_path = CredentialsFile::default_path(*plan.planned.name);
    if (std::find(roles.begin(), roles.end(), "control") == roles.end())
      return ask("The first node needs the role control", {}, "Add \"control\" to its roles.",
                 {"first_node", "roles"});
    if (!plan.prior) preflight(clouds_, plan.planned, call);
    return {};
  }

  Status plan_removal(const Cluster& state, Call&) override {
    if (state.deletion_protection.value_or(false))
      return ask("The cluster is protected against deletion", {},
                 "Set deletion_protection = false and apply first.", {"deletion_protection"});
    MS_TRY(const auto cloud, clouds_.of(*state.name, place_of(state)));
    return mark_cluster_leaves(*cloud);
  }

  Status create(Cluster& cluster, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of(*cluster.name, place_of(cluster)));
    MS_CHECK(adopt(*cloud, cluster, call));
    MS_CHECK(remember_place(*cluster.name, cloud->place()));
    clouds_.planned.is_made(cloud->place(), cloud->machine());
    auto made = make(*cloud, cluster, call);
    if (!made) {
      auto error = doing("creating cluster " + *cluster.name, std::move(made).error());
      const std::string undo = cloud->place().kind == Place::Kind::machine
                                   ? "machine remove " + *cluster.name + " " + cloud->machine()
                                   : "remove, on the node";
      error.causes.push_back(
          ask("the next apply goes on where this one ended; to take away what exists instead: "
              "microstack-hypervisor " +
              undo));
      return error;
    }
    return {};
  }

  Result<Found> read(Cluster& cluster, Call& call) override {
    MS_TRY(const auto id, ClusterId::parse(*cluster.id));
    cluster.name = id.name;
    MS_TRY(const auto cloud, clouds_.of(id.name, place_of(cluster)));
    MS_CHECK(remember_place(id.name, cloud->place()));
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
    const auto ca = said->value("/facts/ca"_json_pointer, std::string());
    if (!ca.empty() && fingerprint_of(ca) != id.fingerprint) {
      call.warn("Another cluster has the name " + id.name,
                "Its authority is not the one of " + *cluster.id + ".");
      return Found::no;
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
    if (cluster.clouds_yaml_path.is_known() && !credentials_of(cluster).is_there())
      cluster.drift->push_back("clouds.yaml is missing");
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
      if (cloud->place().kind == Place::Kind::ssh) {  // where carry_hypervisor() brought the program
        MS_TRY(Host * node, cloud->node());
        MS_CHECK(node->remove("/usr/local/lib/microstack"));
      }
    }
    MS_CHECK(forget_place(*cluster.name));
    MS_CHECK(forget_leaving(*cluster.name));
    if (cluster.clouds_yaml_path.is_known()) MS_CHECK(remove_credentials_file(credentials_of(cluster)));
    clouds_.forget(*cluster.name);
    return {};
  }

  Status import(const ImportRequest& from, Cluster& cluster, Call& call) override {
    if (!from.by_identity) cluster.id = from.id;
    MS_TRY(const auto id, ClusterId::parse(*cluster.id));
    cluster.name = id.name;
    cluster.clouds_yaml_path = CredentialsFile::default_path(id.name);
    cluster.phases = std::vector<Phase>{};
    MS_TRY(const auto deployment, recorded(id, call));
    if (deployment) return take_record(*deployment, cluster);
    cluster.release = std::string("2025.1");  // never finished: what its arguments are when nothing is given
    cluster.substrate = std::string("native");
    cluster.deletion_protection = false;
    return {};
  }

 private:
  // What is written down of a cluster of which only the id is known: in its machine on this host, or here.
  Result<std::optional<Deployment>> recorded(const ClusterId& id, Call& call) {
    MS_TRY(auto cloud, clouds_.of(id.name, {}));
    MS_TRY(const Json machine, cloud->machine_status(watching(call)));
    if (!machine.is_null()) return cloud->deployment();
    MS_TRY(cloud, clouds_.of(id.name, {.kind = Place::Kind::local}));
    MS_TRY(auto deployment, cloud->deployment());
    if (!deployment || deployment->cluster.id != id.text())
      return ask("cluster " + id.name + " is not on this host", id.text(),
                 "import it on the host that its first node is on, with the id as its control node has it: "
                 "microstack-hypervisor deployment show",
                 {"id"});
    return deployment;
  }

  // A finished cluster of this name is taken over when it is the one that is asked for; an unfinished one is
  // gone on with.
  Status adopt(Cloud& cloud, const Cluster& cluster, Call& call) {
    if (cloud.place().kind == Place::Kind::machine) {
      MS_TRY(Json machine, cloud.machine_status(watching(call)));
      if (machine.is_null()) return {};
      if (machine.value("leader", 0L) == 0) {  // off, or half made: it must be up to say what it is
        MS_TRY(const auto spec, machine_spec(clouds_.catalogue(), cloud.machine(), cluster));
        MS_TRY(machine, cloud.on_host({"machine", "up"}, spec.dump(), watching(call)));
      }
    }
    MS_TRY(const auto there, cloud.deployment());
    if (!there || there->cluster.id.empty()) return {};
    MS_TRY(const auto others, other_than(*there, cluster));
    if (others.empty()) {
      call.warn("Cluster " + *cluster.name + " was there already",
                "It is what is asked for, and is managed by this state from now on.");
      return {};
    }
    std::string names;
    for (const auto& name : others) names += (names.empty() ? "" : ", ") + name;
    return ask("another cluster " + *cluster.name + " is there already; it differs in " + names,
               there->cluster.id,
               "give this one another name, or take that one over:\n\n" +
                   import_block("microstack_cluster.cloud", there->cluster.id) + "\n",
               {"name"});
  }

  // From whatever is there to the whole cloud.
  Status make(Cloud& cloud, Cluster& cluster, Call& call) {
    Stopwatch watch;
    Json machine;
    if (cloud.place().kind == Place::Kind::machine) {
      MS_TRY(const auto spec, machine_spec(clouds_.catalogue(), cloud.machine(), cluster));
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
    MS_TRY(openstack::Session * admin, cloud.admin(watching(call)));
    MS_CHECK(ensure_credentials_file(credentials_of(cluster), *admin, call.stop()));
    MS_TRY(const auto profile, cloud.profile());
    MS_CHECK(cloud.edit_deployment(
        [&](const std::optional<Deployment>& there) {
          return record_of(cluster, profile.value_or(Profile{}), clouds_.catalogue(),
                           facts.value("catalogue_version", std::string()), there);
        },
        watching(call)));
    if (!cluster.phases.is_known() || cluster.phases->empty()) cluster.phases = watch.take();
    cluster.drift = std::vector<std::string>{};
    return {};
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
    for (auto& choice : profile.components) {
      if (choice.name == "neutron") choice.config["dns_domain"] = cluster.domain.value_or("");
      if (choice.name == "compute") choice.config = config_of(cluster.compute);
    }
    profile.secrets.merge(secrets_of(cluster.compute));
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
      profile.network.mtu = Profile{}.network.mtu;
      profile.network.dns.clear();
    }
    if (cluster.mtu.is_known()) profile.network.mtu = static_cast<int>(*cluster.mtu);
    if (cluster.dns_servers.is_known()) profile.network.dns = *cluster.dns_servers;
    profile.node.addresses["management"] = address;
    profile.control.members = {address};
    profile.network.physnets = {{"public", "br-ex", interface}};
    if (cluster.ca.is_known()) {  // the form the secret has: key and certificate, one behind the other
      std::string pair;
      for (const auto& path : {*cluster.ca->private_key_path, *cluster.ca->certificate_path}) {
        MS_TRY(const auto text, read_file(path));
        if (!text) return ask("the file " + path + " is not there", {}, "name a file of this host", {"ca"});
        pair += *text + (text->ends_with('\n') ? "" : "\n");
      }
      profile.secrets["ca/authority"] = pair;
    }
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
    if (!cluster.ca_certificate_path.is_known())
      cluster.ca_certificate_path = credentials_of(cluster).ca_path();
  }

  // clouds.yaml and the authority's certificate beside it, as the state names them; the path is known.
  static CredentialsFile credentials_of(const Cluster& cluster) {
    return {.cloud = *cluster.name,
            .path = *cluster.clouds_yaml_path,
            .authority = cluster.ca_certificate.is_known() ? *cluster.ca_certificate : "",
            .by = "terraform"};
  }

  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyResource> cluster_resource(Clouds& clouds) {
  return std::make_unique<ClusterResource>(clouds);
}

}  // namespace microstack::provider
