#include "provider/resources/external_network.h"

#include "engine/clients/openstack/collection.h"
#include "engine/cloud/external_network.h"
#include "provider/cloud/watching.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct Pool {
  Attr<std::string> start;
  Attr<std::string> end;
  static auto schema() {
    return model<Pool>("Addresses that are given out.",
                       attribute("start", &Pool::start).required().replaces().doc("First address."),
                       attribute("end", &Pool::end).required().replaces().doc("Last address."));
  }
};

struct External {
  Attr<std::string> id;
  Attr<std::string> cluster_id;
  Attr<std::string> name;
  Attr<std::string> physical_network;
  Attr<std::string> cidr;
  Attr<std::string> gateway;
  Attr<Pool> pool;
  Attr<std::string> network_id;
  Attr<std::string> subnet_id;
  Attr<std::vector<std::string>> drift;
  Timeouts timeouts;

  static auto schema() {
    using namespace std::chrono_literals;
    return model<External>(
        "A flat network that routers have their gateways on and floating IPs come from.",
        attribute("id", &External::id)
            .computed()
            .keeps()
            .identity()
            .doc("The cluster's id and the network's name."),
        attribute("cluster_id", &External::cluster_id).required().replaces().doc("The cluster."),
        attribute("name", &External::name).defaults_to("public").replaces().doc("Its name."),
        attribute("physical_network", &External::physical_network)
            .defaults_to("public")
            .replaces()
            .doc("The physical network it is on."),
        attribute("cidr", &External::cidr)
            .optional()
            .computed()
            .keeps()
            .replaces()
            .doc("Its addresses; those of the machine's external bridge when not given."),
        attribute("gateway", &External::gateway).optional().computed().keeps().replaces().doc("Its gateway."),
        attribute("pool", &External::pool)
            .optional()
            .doc("Addresses that are given out; all of them when cidr is given and this is not."),
        attribute("network_id", &External::network_id).computed().keeps().doc("Neutron's id."),
        attribute("subnet_id", &External::subnet_id).computed().keeps().doc("Neutron's id of its subnet."),
        attribute("drift", &External::drift).computed().plans_to({}).doc("What of it is missing."),
        attribute("timeouts", &External::timeouts)
            .limits({.create = 10min, .read = 5min, .update = 10min, .remove = 10min}));
  }
};

class ExternalResource : public Resource<External> {
 public:
  explicit ExternalResource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "external_network"; }
  std::string import_id() const override { return "CLUSTER_ID/public"; }
  bool resumable() const override { return true; }

  Status create(External& network, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of_id(*network.cluster_id));
    ExternalNetworkWish wish;
    if (network.cidr.is_known()) {
      wish.cidr = *network.cidr;
      wish.gateway = network.gateway.value_or("");
    } else {
      MS_TRY(const Json machine, cloud->machine_status(watching(call)));
      if (machine.is_null())
        return ask("The addresses of the external network are not known", {}, "Give its cidr.", {"cidr"});
      wish = wish_of_machine(machine);
    }
    if (network.pool.is_known()) wish.first = *network.pool->start, wish.last = *network.pool->end;
    wish.name = *network.name;
    wish.physical_network = *network.physical_network;
    MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
    MS_TRY(const auto made, ensure_external_network(*admin, wish, call.stop()));
    MS_TRY(const auto subnet,
           openstack::find_by_id(*admin, openstack::collections::subnets, made.subnet_id, call.stop()));
    network.network_id = made.id;
    network.subnet_id = made.subnet_id;
    network.cidr = wish.cidr;
    network.gateway = subnet ? subnet->value("gateway_ip", wish.gateway) : wish.gateway;
    network.id = *network.cluster_id + "/" + wish.name;
    network.drift = std::vector<std::string>{};
    return {};
  }
  Status update(const External&, External& network, Call& call) override { return create(network, call); }

  Result<Found> read(External& network, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of_id(*network.cluster_id));
    auto looked = [&]() -> Result<std::optional<Json>> {
      MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
      MS_TRY(auto there, openstack::find(*admin, openstack::collections::networks, *network.name,
                                         {{"router:external", "true"}}, call.stop()));
      if (!there) return there;
      network.network_id = there->at("id").get<std::string>();
      MS_TRY(const auto subnet,
             openstack::find(*admin, openstack::collections::subnets, *network.name + "-v4",
                             {{"network_id", *network.network_id}}, call.stop()));
      network.drift = std::vector<std::string>{};
      if (!subnet) {
        network.drift->push_back("subnet " + *network.name + "-v4 is missing");
        return there;
      }
      network.subnet_id = subnet->at("id").get<std::string>();
      network.cidr = subnet->value("cidr", std::string());
      if (subnet->value("gateway_ip", Json()).is_string())
        network.gateway = subnet->at("gateway_ip").get<std::string>();
      return there;
    }();
    if (!looked) {
      call.warn("The cloud cannot be looked at", looked.error().text());
      return Found::yes;
    }
    return *looked ? Found::yes : Found::no;
  }

  Status remove(const External& network, Call& call) override {
    MS_TRY(const auto cloud, clouds_.of_id(*network.cluster_id));
    if (cloud->place().kind == Place::Kind::machine) {
      MS_TRY(const Json machine, cloud->machine_status(watching(call)));
      if (machine.is_null()) return {};
    }
    MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
    return openstack::remove(*admin, openstack::collections::networks, *network.network_id, call.stop());
  }

  Status import(const ImportRequest& from, External& network, Call&) override {
    const std::string id = from.by_identity ? *network.id : from.id;
    const auto slash = id.rfind('/');
    if (slash == id.npos) return ask("The id must be CLUSTER_ID/NAME", {}, {}, {"id"});
    network.id = id;
    network.cluster_id = id.substr(0, slash);
    network.name = id.substr(slash + 1);
    network.physical_network = std::string("public");
    return {};
  }

 private:
  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyResource> external_network_resource(Clouds& clouds) {
  return std::make_unique<ExternalResource>(clouds);
}

}  // namespace microstack::provider
