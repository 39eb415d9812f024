// The topology that the catalogue gives, one by one against the charmed control plane of the release as its public
// plans have it (tests/data/juju/charmed-2025.1.json), and against the charms' own endpoints.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "engine/catalogue/charmed.h"
#include "engine/substrate/juju/topology.h"

using namespace microstack;

namespace {

Json data(const std::string& name) {
  return Json::parse(std::ifstream(std::string(MS_SOURCE_DIR "/tests/data/juju/") + name));
}

const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    auto all = Catalogue::load_embedded();
    if (!all) FAIL(all.error().text());
    return std::move(*all);
  }();
  return loaded;
}

charmed::Topology topology_of(const std::vector<std::string>& features, charmed::Wish wish = {}) {
  std::map<std::string, Deployment::Managed> components;
  for (const auto& name : features) components[name] = {"terraform"};
  auto made = charmed::topology(charmed::deployment_of("demo", "RegionOne", wish, components), catalogue());
  if (!made) FAIL(made.error().text());
  return std::move(*made);
}

std::set<std::set<std::string>> pairs(const charmed::Topology& topology) {
  std::set<std::set<std::string>> all;
  for (const auto& each : topology.integrations) all.insert({each.one, each.other});
  return all;
}

void require_group(const charmed::Topology& topology, const Json& group) {
  for (const auto& wanted : group["applications"]) {
    CAPTURE(wanted);
    const auto* found = topology.find(wanted["name"]);
    REQUIRE(found);
    CHECK(found->charm == wanted["charm"]);
    CHECK(found->channel == (wanted["channel"].is_null() ? "" : wanted["channel"].get<std::string>()));
    CHECK(found->base == wanted["base"]);
    CHECK(found->trust == wanted["trust"]);
    CHECK(found->units == 1);
  }
  const auto there = pairs(topology);
  for (const auto& pair : group["integrations"]) {
    CAPTURE(pair);
    CHECK(there.contains({pair[0], pair[1]}));
  }
  for (const auto& wanted : group["offers"]) {
    CAPTURE(wanted);
    const auto name = wanted.value("name", wanted["app"].get<std::string>());
    const auto found = std::find_if(topology.offers.begin(), topology.offers.end(),
                                    [&](const auto& offer) { return offer.name == name; });
    REQUIRE(found != topology.offers.end());
    CHECK(found->application == wanted["app"]);
    CHECK(found->endpoints == wanted["endpoints"].get<std::vector<std::string>>());
  }
}

}  // namespace

TEST_CASE("the core is the core of the release, application by application, and nothing else") {
  const Json group = data("charmed-2025.1.json")["core"];
  const auto topology = topology_of({});
  require_group(topology, group);
  CHECK(topology.applications.size() == group["applications"].size());
  CHECK(pairs(topology).size() == group["integrations"].size());
  CHECK(topology.integrations.size() == group["integrations"].size());
  CHECK(topology.offers.size() == group["offers"].size());
}

TEST_CASE("each feature adds its group of the release") {
  const Json groups = data("charmed-2025.1.json");
  std::set<std::string> named;
  for (const auto& [key, group] : groups.items()) {
    if (key == "core") continue;
    const auto feature = key.substr(std::string("enable-").size());
    CAPTURE(feature);
    named.insert(feature);
    const auto topology = topology_of({feature});
    require_group(topology, group);
    CHECK(topology.find("keystone"));
  }
  const auto features = charmed::features(catalogue());
  CHECK(named == std::set<std::string>(features.begin(), features.end()));
}

TEST_CASE(
    "what is integrated beyond the expanded groups fits the charms, and each required endpoint is served") {
  const Json charms = data("charms.json");
  const auto topology = topology_of(charmed::features(catalogue()));
  std::set<std::string> used;
  const auto endpoint = [&](const std::string& text) -> std::pair<std::string, std::string> {
    const auto* application = topology.find(application_of(text));
    const auto name = text.substr(text.find(':') + 1);
    for (const char* role : {"provides", "requires"}) {
      const Json all = charms[application->charm].value(role, Json::object());
      if (all.contains(name))
        return {role, all[name].get<std::string>().substr(0, all[name].get<std::string>().find(' '))};
    }
    return {"", text + " is no endpoint of " + application->charm};
  };
  for (const auto& each : topology.integrations) {
    CAPTURE(each.one, each.other);
    const auto one = endpoint(each.one), other = endpoint(each.other);
    CHECK(one.second == other.second);
    CHECK(one.first != other.first);
    used.insert({each.one, each.other});
  }
  // What Ceph, storage nodes or an observability stack offer from other models.
  const std::set<std::string> from_elsewhere = {"glance:ceph",
                                                "cinder:storage-backend",
                                                "ironic-conductor:ceph-rgw-ready",
                                                "manila-cephfs:ceph-nfs",
                                                "opentelemetry-collector:grafana-dashboards-consumer",
                                                "opentelemetry-collector:metrics-endpoint"};
  std::set<std::string> missing;
  for (const auto& application : topology.applications) {
    const Json required = charms[application.charm].value("requires", Json::object());
    for (const auto& [name, text] : required.items())
      if (text.get<std::string>().find(" optional") == std::string::npos &&
          !used.contains(application.name + ":" + name))
        missing.insert(application.name + ":" + name);
  }
  CHECK(missing == from_elsewhere);
  for (const auto& application : topology.applications)
    for (const auto& [key, value] : application.config) {
      CAPTURE(application.name, key);
      CHECK(charms[application.charm]["config"].contains(key));
    }
}

TEST_CASE("scale follows the topology and the number of control nodes") {
  const auto units = [](const charmed::Wish& wish, const char* name, std::vector<std::string> features = {}) {
    return topology_of(features, wish).find(name)->units;
  };
  charmed::Wish multi;
  multi.topology = "multi";
  CHECK(units(multi, "keystone") == 3);
  CHECK(units(multi, "mysql") == 3);
  CHECK(units(multi, "traefik-public") == 3);
  CHECK(units(multi, "glance") == 1);  // its store is local
  CHECK(units(multi, "glance", {"ceph"}) == 3);
  CHECK(units(multi, "certificate-authority") == 1);
  CHECK(topology_of({}, multi).find("rabbitmq")->config.at("minimum-replicas") == "3");
  multi.control_nodes = 2;
  CHECK(units(multi, "keystone") == 2);
  CHECK(units(multi, "mysql") == 1);
  charmed::Wish large;
  large.topology = "large";
  CHECK(units(large, "nova") == 7);
  CHECK(units(large, "mysql") == 3);
  large.control_nodes = 4;
  CHECK(units(large, "nova") == 6);
  large.scale["nova"] = 2;
  CHECK(units(large, "nova") == 2);
}

TEST_CASE("wishes reach the application they name, and slips are told with their path") {
  charmed::Wish wish;
  wish.channels = {{"keystone", "2026.1/edge"}, {"mysql-router-k8s", "8.0/edge"}};
  wish.revisions = {{"nova", 207}};
  wish.config = {{"keystone", {{"debug", "true"}}}};
  wish.ingress_addresses = {{"traefik-public", "203.0.113.5"}};
  wish.load_balancer_pool = "public";
  wish.http_proxy = "http://proxy:3128";
  const auto topology = topology_of({"telemetry"}, wish);
  CHECK(topology.find("keystone")->channel == "2026.1/edge");
  CHECK(topology.find("nova-mysql-router")->channel == "8.0/edge");
  CHECK(topology.find("nova")->revision == 207);
  CHECK(topology.find("keystone")->config.at("debug") == "true");
  CHECK(topology.find("keystone")->config.at("region") == "RegionOne");
  CHECK(topology.find("traefik-public")->config.at("loadbalancer_annotations") ==
        "metallb.universe.tf/loadBalancerIPs=203.0.113.5,metallb.universe.tf/address-pool=public");
  CHECK(topology.model_config.at("juju-http-proxy") == "http://proxy:3128");
  // Telemetry switches on notifications of the services that are there.
  std::set<std::string> told;
  for (const auto& setting : topology.settings) told.insert(setting.application);
  CHECK(told == std::set<std::string>{"keystone", "glance"});

  const auto refused = [](charmed::Wish slip, const char* feature = nullptr) {
    std::map<std::string, Deployment::Managed> features;
    if (feature) features[feature] = {"terraform"};
    const auto made = charmed::topology(charmed::deployment_of("demo", "R", slip, features), catalogue());
    REQUIRE_FALSE(made);
    return made.error();
  };
  charmed::Wish slip;
  slip.scale = {{"keystoen", 3}};
  CHECK(refused(slip).attribute == std::vector<std::string>{"scale", "keystoen"});
  charmed::Wish odd;
  odd.topology = "huge";
  CHECK(refused(odd).fix == "one of single, multi, large");
  CHECK(refused({}, "memcached").what == "component memcached is not available on Juju");
}

TEST_CASE("features that know each other are joined when both are there") {
  const auto joined = [](const std::vector<std::string>& features) {
    return pairs(topology_of(features)).contains({"gnocchi:gnocchi-service", "cloudkitty:gnocchi-db"});
  };
  CHECK_FALSE(joined({"cloudkitty"}));
  CHECK_FALSE(joined({"telemetry"}));
  CHECK(joined({"telemetry", "cloudkitty"}));
  CHECK(topology_of({"manila-cephfs"}).find("manila"));  // it needs Manila
}
