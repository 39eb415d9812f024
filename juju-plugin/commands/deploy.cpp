#include <algorithm>
#include <functional>
#include <ostream>

#include "juju-plugin/clusters/juju.h"
#include "juju-plugin/format/status_view.h"
#include "juju-plugin/front.h"
#include "juju-plugin/manifest.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

// "name=value" of an option that may come several times.
Status each(const Arguments& arguments, const std::string& option,
            const std::function<Status(const std::string& name, const std::string& value)>& take) {
  for (const auto& word : arguments.all(option)) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return ask("\"" + word + "\" is no NAME=VALUE", {}, {}, {option});
    MS_CHECK(take(word.substr(0, equals), word.substr(equals + 1)));
  }
  return {};
}

// An empty value takes a choice back.
Status texts(const Arguments& arguments, const std::string& option,
             std::map<std::string, std::string>& into) {
  return each(arguments, option, [&](const std::string& name, const std::string& value) -> Status {
    value.empty() ? (void)into.erase(name) : (void)(into[name] = value);
    return {};
  });
}

Status numbers(const Arguments& arguments, const std::string& option, std::map<std::string, int>& into) {
  return each(arguments, option, [&](const std::string& name, const std::string& value) -> Status {
    Arguments one;
    one.set(option, {value});
    MS_TRY(const int number, one.number(option, 0));
    number == 0 ? (void)into.erase(name) : (void)(into[name] = number);
    return {};
  });
}

// What the flags say, on top of what was chosen before.
Result<charmed::Wish> chosen_wish(const Arguments& arguments, charmed::Wish wish) {
  wish.cloud = arguments.text("--cloud", wish.cloud);
  wish.credential = arguments.text("--credential", wish.credential);
  wish.topology = arguments.text("--topology", wish.topology);
  wish.load_balancer_pool = arguments.text("--load-balancer-pool", wish.load_balancer_pool);
  wish.http_proxy = arguments.text("--http-proxy", wish.http_proxy);
  wish.https_proxy = arguments.text("--https-proxy", wish.https_proxy);
  wish.no_proxy = arguments.text("--no-proxy", wish.no_proxy);
  MS_TRY(wish.control_nodes, arguments.number("--control-nodes", wish.control_nodes));
  MS_CHECK(texts(arguments, "--channel", wish.channels));
  MS_CHECK(texts(arguments, "--ingress-address", wish.ingress_addresses));
  MS_CHECK(texts(arguments, "--model-config", wish.model_config));
  MS_CHECK(numbers(arguments, "--scale", wish.scale));
  MS_CHECK(each(arguments, "--config", [&](const std::string& name, const std::string& value) -> Status {
    const auto dot = name.find('.');
    if (dot == std::string::npos)
      return ask("\"" + name + "\" names no key", {}, "APPLICATION.KEY=VALUE", {"--config"});
    auto& config = wish.config[name.substr(0, dot)];
    value.empty() ? (void)config.erase(name.substr(dot + 1)) : (void)(config[name.substr(dot + 1)] = value);
    if (config.empty()) wish.config.erase(name.substr(0, dot));
    return {};
  }));
  return wish;
}

// What is there, then what the manifest says in its stead, then what the flags say on top.
Result<Deployment> wanted_deployment(const Arguments& arguments, const JujuCluster& cluster,
                                     const std::optional<Deployment>& there,
                                     const std::optional<Manifest>& manifest) {
  charmed::Wish wish;
  if (manifest) {
    wish = manifest->wish;
  } else if (there) {
    MS_TRY(wish, charmed::wish_of(*there));
  }
  MS_TRY(wish, chosen_wish(arguments, wish));
  wish.model = cluster.name();

  auto features = manifest ? manifest->features : std::vector<std::string>();
  for (const auto& feature : arguments.all("--feature")) features.push_back(feature);
  const auto known = cluster.features();
  auto components = there ? there->components : std::map<std::string, Deployment::Managed>();
  for (const auto& feature : features) {
    if (std::find(known.begin(), known.end(), feature) == known.end())
      return ask("there is no feature " + feature, {}, "see what there is: juju microstack enable --help",
                 {"--feature"});
    components.try_emplace(feature, Deployment::Managed{our_name});
  }
  const auto said = [&](const char* argument, const std::string& in_file, const std::string& otherwise) {
    return arguments.text(argument, in_file.empty() ? otherwise : in_file);
  };
  const auto name =
      said("NAME", manifest ? manifest->name : "", there ? there->cluster.name : cluster.name());
  const auto region = said("--region", manifest ? manifest->region : "",
                           there ? there->cluster.region : Deployment::Cluster{}.region);
  if (there && (name != there->cluster.name || region != there->cluster.region))
    return ask("the model holds cloud " + there->cluster.name + " in region " + there->cluster.region +
                   " already, and neither can be changed",
               there->cluster.id, "name another model with -m", {"NAME"});
  return charmed::deployment_of(name, region, wish, components);
}

Status run_deploy(Front& front, const Arguments& arguments) {
  MS_TRY(const Catalogue* catalogue, front.catalogue());
  std::optional<Manifest> manifest;
  if (const auto file = arguments.text("--manifest"); !file.empty()) {
    MS_TRY(manifest, read_manifest(file));
  }
  auto chosen = front.chosen();
  if (chosen.model.empty() && manifest && manifest->says_model) chosen.model = manifest->wish.model;
  MS_TRY(auto where, juju_where(chosen));
  if (chosen.model.empty()) where.model.clear(), where.owner.clear();  // not what is current by chance
  JujuCluster cluster(*catalogue, std::move(where), chosen);
  const auto watch = front.watch(std::chrono::minutes(90));
  MS_TRY(const auto there, cluster.recorded(watch));
  MS_TRY(const auto wanted, wanted_deployment(arguments, cluster, there, manifest));
  if (arguments.has("--dry-run")) {
    MS_TRY(const auto lines, cluster.differences(wanted, watch));
    for (const auto& line : lines) front.out << line << "\n";
    front.tell(lines.empty() ? "Nothing would change"
                             : std::to_string(lines.size()) + " things would change");
    if (!lines.empty()) front.exit = Exit::pending;
    return {};
  }
  MS_CHECK(cluster.preflight(watch));
  MS_CHECK(cluster.deploy(wanted, watch));
  const auto status = cluster.status(front.watch(std::chrono::seconds(60)));
  front.answer(arguments.text("--format"), to_json(status), sections_of(status));
  return {};
}

}  // namespace

Verb deploy_verb() {
  using Kind = Parameter::Kind;
  return {"deploy",
          "Deploy a cloud of charmed operators on the controller juju is logged in to",
          "It goes into the model named with -m, else into the model openstack. Run again it goes on where "
          "it ended and "
          "changes what was said anew; APPLICATION= takes a choice back. With --kubeconfig it looks first "
          "whether that "
          "Kubernetes is ready. A cloud on this machine alone, without Juju, is made by Terraform: "
          "microstack_cluster.",
          {{Kind::word, "NAME", "of the cloud; the model's when not given"},
           {Kind::option,
            "--manifest",
            "YAML file with all choices, instead of those made before",
            false,
            {},
            "file"},
           {Kind::option, "--topology", "how many units", false, {"single", "multi", "large"}},
           {Kind::option, "--control-nodes", "nodes of the Kubernetes cluster"},
           {Kind::option, "--cloud", "Kubernetes cloud the controller knows; its own when not given"},
           {Kind::option, "--credential", "credential for it"},
           {Kind::option, "--region", "name of the OpenStack region; RegionOne when not given"},
           {Kind::many, "--feature", "optional service to begin with; may be repeated", false, {}, "feature"},
           {Kind::many, "--channel", "APPLICATION=CHANNEL, or of a charm; may be repeated"},
           {Kind::many, "--scale", "APPLICATION=UNITS; may be repeated"},
           {Kind::many, "--config", "APPLICATION.KEY=VALUE; may be repeated"},
           {Kind::many, "--ingress-address", "traefik-public=ADDRESS of the load balancer; may be repeated"},
           {Kind::option, "--load-balancer-pool", "pool of the load balancer its addresses are from"},
           {Kind::many, "--model-config", "KEY=VALUE; may be repeated"},
           {Kind::option, "--http-proxy", "proxy of charms and units"},
           {Kind::option, "--https-proxy", "the same for https"},
           {Kind::option, "--no-proxy", "what is reached without it"},
           {Kind::flag, "--dry-run", "only say what would change; ends with 3 when something would"},
           format_parameter()},
          run_deploy};
}

}  // namespace microstack::plugin
