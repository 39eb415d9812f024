#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "engine/base/file.h"
#include "engine/substrate/juju/wish.h"
#include "juju-plugin/demo_ground.h"
#include "juju-plugin/format/hcl.h"
#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

constexpr const char* head = R"(terraform {
  required_providers {
    microstack = { source = "microstack/microstack" }
  }
}
)";

class Export {
 public:
  void add(const std::string& type, const std::string& name, const std::string& id, const Json& attributes) {
    text_ += "\n" + hcl_import(type + "." + name, id) + "\n" + hcl_resource(type, name, attributes);
    ++count_;
  }
  const std::string& text() const { return text_; }
  int count() const { return count_; }

 private:
  std::string text_ = head;
  int count_ = 0;
};

// What was chosen of a charmed control plane, in the words of microstack_cluster.
Result<Json> charmed_arguments(const Deployment& deployment) {
  MS_TRY(const auto wish, charmed::wish_of(deployment));
  charmed::Wish usual;
  usual.model = deployment.cluster.name;
  const Json said = charmed::to_json(wish), defaults = charmed::to_json(usual);
  Json arguments = Json::object(), chosen = Json::object();
  for (const auto& [key, value] : said.items())
    if (value != defaults.at(key)) chosen[key] = value;
  // One proxy for both kinds of traffic, beside the block.
  if (!wish.http_proxy.empty()) arguments["proxy"] = wish.http_proxy;
  chosen.erase("http_proxy");
  chosen.erase("https_proxy");
  if (!chosen.empty()) arguments["juju"] = chosen;
  return arguments;
}

// Only what is no default: the rest says itself.
Result<Json> cluster_arguments(const Deployment& deployment) {
  Json arguments = deployment.wish;
  if (deployment.cluster.substrate == "juju") {
    MS_TRY(arguments, charmed_arguments(deployment));
  }
  arguments["name"] = deployment.cluster.name;
  if (deployment.cluster.release != Deployment::Cluster{}.release)
    arguments["release"] = deployment.cluster.release;
  if (deployment.cluster.region != Deployment::Cluster{}.region)
    arguments["region"] = deployment.cluster.region;
  if (deployment.cluster.substrate != "native") arguments["substrate"] = deployment.cluster.substrate;
  if (!arguments.value("deletion_protection", false)) arguments.erase("deletion_protection");
  return arguments;
}

// The demo's things, where they are there, with the VMs that are numbered as it numbers them.
Status add_demo(Export& out, Cluster& cluster, const Deployment& deployment, const std::string& reference,
                const Watch& watch) {
  MS_TRY(openstack::Session * admin, cluster.admin(watch));
  DemoWish wish;
  wish.image.name = "microstack-guest";
  DemoIds ids;
  bool there = false;
  MS_TRY(const auto missing, demo_drift(*admin, wish, ids, there, watch.stop));
  if (!there || !missing.empty()) return {};
  MS_TRY(const int count, count_demo_servers(*admin, wish.project, watch.stop));
  Json attributes = {{"cluster_id", reference}};
  if (count > 0) attributes["server"] = {{"count", count}};
  out.add("microstack_demo", "demo", deployment.cluster.id + "/" + wish.project, attributes);
  return {};
}

Status run_export(Front& front, const Arguments& arguments) {
  MS_TRY(const Catalogue* catalogue, front.catalogue());
  MS_TRY(Cluster * cluster, front.cluster());
  MS_TRY(const auto deployment, cluster->deployment());
  const auto name = hcl_name(deployment.cluster.name);
  const auto reference = "=microstack_cluster." + name + ".id";
  Export out;
  MS_TRY(const Json cluster_says, cluster_arguments(deployment));
  out.add("microstack_cluster", name, deployment.cluster.id, cluster_says);
  const bool charmed = deployment.cluster.substrate == "juju";
  for (const auto& component : catalogue->components()) {
    const auto managed = deployment.components.find(component.name);
    const bool own = charmed ? component.juju && !component.juju->core : component.optional;
    if (!own || managed == deployment.components.end()) continue;
    Json attributes = {{"cluster_id", reference}};
    for (const auto& attribute : component.attributes) {
      const auto value = managed->second.config.value(attribute.name, Json());
      if (value != attribute.default_value) attributes[attribute.name] = value;
    }
    auto type = "microstack_" + component.name;
    std::replace(type.begin(), type.end(), '-', '_');
    out.add(type, name, deployment.cluster.id + "/" + component.name, attributes);
  }
  if (!charmed && !arguments.has("--no-demo")) {
    const auto demo = add_demo(out, *cluster, deployment, reference, front.watch(std::chrono::minutes(2)));
    if (!demo) front.tell("the demo is left out: " + demo.error().text());
  }
  if (const auto file = arguments.text("--output"); !file.empty()) {
    MS_TRY(const auto there, read_file(file));
    if (there && !arguments.has("--force"))
      return ask("the file is there already", file, "name another one, or overwrite it with --force",
                 {"--output"});
    MS_CHECK(write_file(file, out.text(), 0644));
    front.tell(
        fmt::format("{} resources are in {}. Next: terraform init && terraform plan", out.count(), file));
  } else {
    front.out << out.text();
  }
  return {};
}

}  // namespace

Verb export_verb() {
  return {
      "export",
      "Write the cloud as Terraform's HCL, with an import block for everything",
      "terraform plan of it shows imports and no change.",
      {{Parameter::Kind::option, "-o,--output", "a file; standard output when not given", false, {}, "file"},
       {Parameter::Kind::flag, "--no-demo", "without the demo project"},
       {Parameter::Kind::flag, "--force", "overwrite the file"}},
      run_export};
}

}  // namespace microstack::plugin
