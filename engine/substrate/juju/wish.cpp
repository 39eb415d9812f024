#include "engine/substrate/juju/wish.h"

#include "engine/base/fields.h"

namespace microstack {

template <>
struct Fields<charmed::Wish> {
  using Self = charmed::Wish;
  static constexpr auto list = fields(
      field("model", &Self::model), field("cloud", &Self::cloud), field("credential", &Self::credential),
      field("topology", &Self::topology), field("control_nodes", &Self::control_nodes),
      field("channels", &Self::channels), field("revisions", &Self::revisions), field("scale", &Self::scale),
      field("config", &Self::config), field("ingress_addresses", &Self::ingress_addresses),
      field("load_balancer_pool", &Self::load_balancer_pool), field("model_config", &Self::model_config),
      field("http_proxy", &Self::http_proxy), field("https_proxy", &Self::https_proxy),
      field("no_proxy", &Self::no_proxy));
};
MS_FIELDS_COMPLETE(charmed::Wish);

namespace charmed {

Result<Wish> wish_of(const Deployment& deployment) {
  auto wish = decode<Wish>(deployment.wish.is_null() ? Json::object() : deployment.wish, "wish");
  if (!wish) return wish;
  const auto wrong = [](std::string what, std::string fix, std::vector<std::string> attribute) {
    return ask(std::move(what), {}, std::move(fix), std::move(attribute));
  };
  if (wish->topology != "single" && wish->topology != "multi" && wish->topology != "large")
    return wrong("there is no topology " + wish->topology, "one of single, multi, large", {"topology"});
  if (wish->control_nodes < 0) return wrong("a number of nodes is not negative", {}, {"control_nodes"});
  if (wish->model.empty()) return wrong("the model needs a name", {}, {"model"});
  for (const auto& [name, units] : wish->scale)
    if (units < 0) return wrong("a number of units is not negative", {}, {"scale", name});
  return wish;
}

Json to_json(const Wish& wish) {
  return encode(wish);
}

Deployment deployment_of(const std::string& name, const std::string& region, const Wish& wish,
                         const std::map<std::string, Deployment::Managed>& features) {
  Deployment deployment;
  deployment.cluster.name = name;
  deployment.cluster.region = region;
  deployment.cluster.substrate = "juju";
  deployment.wish = to_json(wish);
  deployment.components = features;
  return deployment;
}

}  // namespace charmed
}  // namespace microstack
