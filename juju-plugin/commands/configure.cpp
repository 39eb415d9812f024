#include "juju-plugin/demo_ground.h"
#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

Result<ExternalNetworkWish> external_of(const Arguments& arguments) {
  ExternalNetworkWish wish;
  wish.name = arguments.text("--external-network", "public");
  wish.physical_network = arguments.text("--physical-network", "public");
  wish.cidr = arguments.text("--cidr");
  wish.gateway = arguments.text("--gateway");
  const auto pool = arguments.text("--pool");
  if (!pool.empty()) {
    const auto dash = pool.find('-');
    if (dash == std::string::npos)
      return ask("\"" + pool + "\" is no range of addresses", {}, "FIRST-LAST", {"--pool"});
    wish.first = pool.substr(0, dash);
    wish.last = pool.substr(dash + 1);
  }
  if (wish.cidr.empty() && (!wish.gateway.empty() || !wish.first.empty()))
    return ask("a gateway and a pool are of a network", {}, "give its addresses: --cidr 10.0.0.0/24",
               {"--cidr"});
  return wish;
}

Status run_configure(Front& front, const Arguments& arguments) {
  MS_TRY(auto external, external_of(arguments));
  MS_TRY(Cluster * cluster, front.cluster());
  const auto watch = front.watch(std::chrono::minutes(20));
  if (arguments.has("--no-demo")) {
    if (external.cidr.empty()) {
      const auto name = external.name;
      MS_TRY(external, cluster->external_network(watch));
      external.name = name;
    }
    MS_TRY(openstack::Session * admin, cluster->admin(watch));
    if (external.cidr.empty())
      return ask("the addresses of the external network are not known", {}, "give them: --cidr 10.0.0.0/24",
                 {"--cidr"});
    MS_TRY([[maybe_unused]] const auto made, ensure_external_network(*admin, external, front.stop));
    front.tell("External network " + external.name + " is there: " + external.cidr);
    return {};
  }
  DemoWish wish;
  wish.external = external;
  wish.image.name = "microstack-guest";
  MS_TRY(wish.servers, arguments.number("--servers", 0));
  MS_TRY(const auto ground, demo_ground(front, *cluster, wish, arguments.text("--key"), watch));
  Json value = {{"project", wish.project},
                {"network_id", ground.ids.network},
                {"router_id", ground.ids.router},
                {"external_network_id", ground.ids.external_network},
                {"image_id", ground.ids.image},
                {"servers", ground.ids.server_names},
                {"floating_ips", ground.ids.floating_ips}};
  Section section;
  section.rows = {{"Project and account", wish.project},
                  {"External network", wish.external.name},
                  {"Image", wish.image.name},
                  {"Next", "juju microstack launch"}};
  for (std::size_t i = 0; i < ground.ids.server_names.size(); ++i)
    section.rows.push_back({ground.ids.server_names[i], ground.ids.floating_ips[i]});
  front.answer(arguments.text("--format"), value, {section});
  return {};
}

}  // namespace

Verb configure_verb() {
  using Kind = Parameter::Kind;
  return {"configure",
          "Networks, and what a first VM needs: flavors, image, project, account, key",
          "What is there already is left as it is. The account's password is kept with the cloud's secrets.",
          {{Kind::option, "--external-network",
            "name of the network floating IPs come from; public when not given"},
           {Kind::option, "--physical-network", "its physical network; public when not given"},
           {Kind::option, "--cidr", "its addresses; a cloud in a machine of this host has its own"},
           {Kind::option, "--gateway", "its gateway"},
           {Kind::option, "--pool", "FIRST-LAST of the floating IPs"},
           {Kind::flag, "--no-demo", "only the external network"},
           {Kind::option, "--servers", "VMs to start"},
           {Kind::option,
            "--key",
            "public SSH key that opens VMs; the first of ~/.ssh/id_*.pub when not given",
            false,
            {},
            "file"},
           format_parameter()},
          run_configure};
}

}  // namespace microstack::plugin
