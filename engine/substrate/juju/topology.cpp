#include "engine/substrate/juju/topology.h"

#include <algorithm>
#include <functional>
#include <set>

#include "engine/base/template.h"
#include "engine/catalogue/charmed.h"

namespace microstack::charmed {

namespace {

struct Sizes {
  int api = 1, ha = 1, ingress = 1;
};

Sizes sizes_of(const Wish& wish) {
  const bool single = wish.topology == "single", large = wish.topology == "large";
  const int nodes = wish.control_nodes > 0 ? wish.control_nodes : single ? 1 : large ? 10 : 3;
  if (single) return {};
  return {large ? std::min(nodes + 2, 7) : std::min(nodes, 3), nodes < 3 ? 1 : 3, std::min(nodes, 3)};
}

int units_of(const std::string& scale, const Sizes& sizes, bool ceph) {
  if (scale == "api" || (scale == "api-if-ceph" && ceph)) return sizes.api;
  if (scale == "ha") return sizes.ha;
  if (scale == "ingress") return sizes.ingress;
  return scale == "api-if-ceph" ? 1 : std::stoi(scale);  // the catalogue has checked that it is a number
}

std::string names_of(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// Components that this one integrates with, or needs in words.
std::set<std::string> stands_on(const Component& component, const Catalogue& catalogue) {
  std::set<std::string> names(component.needs.begin(), component.needs.end());
  for (const auto& pair : component.juju->integrations)
    for (const auto& end : pair)
      if (const auto* other = component_of_application(catalogue.components(), application_of(end)))
        names.insert(other->name);
  names.erase(component.name);
  return names;
}

// Each after what it stands on, otherwise by name; what two say of each other (horizon and keystone) is said by the
// one that comes later in the needs, so there is no circle.
std::vector<std::string> ordered(const std::set<std::string>& wanted, const Catalogue& catalogue) {
  std::vector<std::string> order;
  std::set<std::string> seen;
  const std::function<void(const std::string&)> visit = [&](const std::string& name) {
    const auto* component = catalogue.find(name);
    if (!component || !seen.insert(name).second) return;
    if (component->juju)
      for (const auto& other : stands_on(*component, catalogue)) visit(other);
    if (component->juju && wanted.contains(name)) order.push_back(name);
  };
  for (const auto& name : wanted)
    if (catalogue.find(name)->juju->core) visit(name);
  for (const auto& name : wanted) visit(name);
  return order;
}

class Maker {
 public:
  Maker(const Deployment& deployment, const Catalogue& catalogue, Wish wish, Json charms)
      : deployment_(deployment), catalogue_(catalogue), wish_(std::move(wish)), charms_(std::move(charms)) {}

  Result<Topology> make() {
    MS_CHECK(choose());
    sizes_ = sizes_of(wish_);
    facts_ = {{"region", deployment_.cluster.region},
              {"release", deployment_.cluster.release},
              {"scale", {{"api", sizes_.api}, {"ha", sizes_.ha}, {"ingress", sizes_.ingress}}}};
    out_.model = wish_.model;
    out_.cloud = wish_.cloud;
    out_.credential = wish_.credential;
    take_model_config();
    for (const auto& name : out_.components)
      for (const auto& application : catalogue_.find(name)->juju->applications)
        MS_CHECK(add(name, application));
    MS_CHECK(check_names());
    for (const auto& name : out_.components) join(*catalogue_.find(name));
    return std::move(out_);
  }

 private:
  Status choose() {
    std::set<std::string> wanted;
    for (const auto& name : core(catalogue_)) wanted.insert(name);
    for (const auto& [name, managed] : deployment_.components) {
      const auto* component = catalogue_.find(name);
      if (!component || !component->juju)
        return ask("component " + name + " is not available on Juju", {},
                   "one of " + names_of(features(catalogue_)), {"components", name});
      MS_TRY(const auto all, catalogue_.closure({name}));
      for (const auto& needed : all)
        if (catalogue_.find(needed)->juju) wanted.insert(needed);
    }
    out_.components = ordered(wanted, catalogue_);
    for (const auto& name : out_.components) {
      out_.titles[name] = catalogue_.find(name)->title;
      if (catalogue_.find(name)->juju->core) out_.core.insert(name);
    }
    return {};
  }

  void take_model_config() {
    out_.model_config = wish_.model_config;
    const std::pair<const char*, const std::string&> proxies[] = {{"juju-http-proxy", wish_.http_proxy},
                                                                  {"juju-https-proxy", wish_.https_proxy},
                                                                  {"juju-no-proxy", wish_.no_proxy}};
    for (const auto& [key, value] : proxies)
      if (!value.empty()) out_.model_config[key] = value;
  }

  std::string of_charm(const std::string& charm, const char* key) const {
    for (const auto& name : {charm, std::string("default")})
      if (charms_.contains(name) && charms_[name].contains(key)) return charms_[name][key].get<std::string>();
    return {};
  }

  Status add(const std::string& component, const Component::Charmed::Application& from) {
    Application application;
    application.name = from.name;
    application.charm = from.charm;
    application.component = component;
    application.trust = from.trust;
    application.base = of_charm(from.charm, "base");
    application.channel = of_charm(from.charm, "channel");
    for (const auto& name : {from.charm, from.name})
      if (const auto chosen = wish_.channels.find(name); chosen != wish_.channels.end())
        application.channel = chosen->second;
    if (const auto pinned = wish_.revisions.find(from.name); pinned != wish_.revisions.end())
      application.revision = pinned->second;
    const bool ceph =
        std::find(out_.components.begin(), out_.components.end(), "ceph") != out_.components.end();
    application.units = units_of(from.scale, sizes_, ceph);
    if (const auto chosen = wish_.scale.find(from.name); chosen != wish_.scale.end())
      application.units = chosen->second;
    for (const auto& [key, text] : from.config) {
      MS_TRY(application.config[key],
             render(text, "juju.config." + key + " of " + from.name, facts_, secret_names()));
    }
    add_addresses(application);
    if (const auto chosen = wish_.config.find(from.name); chosen != wish_.config.end())
      for (const auto& [key, value] : chosen->second) application.config[key] = value;
    out_.applications.push_back(std::move(application));
    return {};
  }

  // The load balancer's address and pool are said by annotations of the service that the ingress charm makes.
  void add_addresses(Application& application) const {
    if (application.charm != "traefik-k8s") return;
    std::string annotations;
    const auto add = [&](const std::string& text) { annotations += (annotations.empty() ? "" : ",") + text; };
    if (const auto address = wish_.ingress_addresses.find(application.name);
        address != wish_.ingress_addresses.end())
      add("metallb.universe.tf/loadBalancerIPs=" + address->second);
    if (!wish_.load_balancer_pool.empty())
      add("metallb.universe.tf/address-pool=" + wish_.load_balancer_pool);
    if (!annotations.empty()) application.config["loadbalancer_annotations"] = annotations;
  }

  void join(const Component& component) {
    const auto there = [&](const std::string& endpoint) {
      return out_.find(application_of(endpoint)) != nullptr;
    };
    for (const auto& pair : component.juju->integrations)
      if (there(pair[0]) && there(pair[1])) out_.integrations.push_back({pair[0], pair[1], component.name});
    for (const auto& offer : component.juju->offers)
      out_.offers.push_back({offer.name.empty() ? offer.application : offer.name, offer.application,
                             offer.endpoints, component.name});
    for (const auto& [application, values] : component.juju->settings)
      if (there(application)) out_.settings.push_back({application, values, component.name});
  }

  // A slip in a wish must not be silent.
  Status check_names() const {
    std::set<std::string> known, charms;
    for (const auto& component : catalogue_.components())
      if (component.juju)
        for (const auto& application : component.juju->applications) {
          known.insert(application.name);
          charms.insert(application.charm);
        }
    const auto check = [&](const auto& map, const char* attribute, bool charm_too) -> Status {
      for (const auto& [name, value] : map)
        if (!known.contains(name) && !(charm_too && charms.contains(name)))
          return ask("there is no application " + name, {}, {}, {attribute, name});
      return {};
    };
    MS_CHECK(check(wish_.channels, "channels", true));
    MS_CHECK(check(wish_.revisions, "revisions", false));
    MS_CHECK(check(wish_.scale, "scale", false));
    MS_CHECK(check(wish_.config, "config", false));
    return check(wish_.ingress_addresses, "ingress_addresses", false);
  }

  const Deployment& deployment_;
  const Catalogue& catalogue_;
  Wish wish_;
  Json charms_, facts_;
  Sizes sizes_;
  Topology out_;
};

}  // namespace

const Application* Topology::find(const std::string& application) const {
  const auto found = std::find_if(applications.begin(), applications.end(),
                                  [&](const Application& each) { return each.name == application; });
  return found == applications.end() ? nullptr : &*found;
}

std::vector<std::string> core(const Catalogue& catalogue) {
  std::set<std::string> names;
  for (const auto& component : catalogue.components())
    if (component.juju && component.juju->core) names.insert(component.name);
  return ordered(names, catalogue);
}

std::vector<std::string> features(const Catalogue& catalogue) {
  std::vector<std::string> names;
  for (const auto& component : catalogue.components())
    if (component.juju && !component.juju->core) names.push_back(component.name);
  return names;
}

Result<Topology> topology(const Deployment& deployment, const Catalogue& catalogue) {
  MS_TRY(auto wish, wish_of(deployment));
  MS_TRY(const auto release, catalogue.release(deployment.cluster.release));
  if (!release.contains("charms"))
    return ask("release " + deployment.cluster.release + " has no charmed control plane", {}, {},
               {"release"});
  return Maker(deployment, catalogue, std::move(wish), release["charms"]).make();
}

}  // namespace microstack::charmed
