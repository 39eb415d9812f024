#include "provider/resources/cluster_record.h"

#include "engine/cloud/merge_patch.h"
#include "provider/framework/msgpack.h"
#include "provider/resources/cluster_place.h"

namespace microstack::provider {
namespace {

using namespace terraform;

// Arguments that only the wish knows: nothing on the node says what was asked for.
constexpr const char* wished[] = {
    "first_node", "networks",       "mtu",    "dns_servers",        "compute", "ca", "domain",
    "proxy",      "package_mirror", "labels", "deletion_protection"};

// A null means "take it away" in a merge patch, and says nothing here.
Json without_nulls(const Json& json) {
  if (!json.is_object()) return json;
  Json out = Json::object();
  for (const auto& [key, value] : json.items())
    if (!value.is_null()) out[key] = without_nulls(value);
  return out;
}

Json arguments(const Cluster& cluster) {
  return without_keys(
      without_nulls(Json::parse(to_json_text(terraform::codec::Codec<Cluster>::write(cluster)))));
}

Json wish_of(const Cluster& cluster) {
  const Json all = arguments(cluster);
  Json wish = Json::object();
  for (const char* name : wished)
    if (all.contains(name)) wish[name] = all[name];
  return wish;
}

Json host_of(const Cluster& cluster) {
  const Json all = arguments(cluster);
  const Json node = all.value("first_node", Json());
  for (const char* kind : {"ssh", "local"})
    if (node.is_object() && node.contains(kind)) return {{kind, node[kind]}};
  return {{"machine", Json::object()}};
}

}  // namespace

Json record_of(const Cluster& cluster, const Profile& profile, const Catalogue& catalogue,
               const std::string& catalogue_version, const std::optional<Deployment>& there) {
  Deployment wanted = there.value_or(Deployment{});
  wanted.catalogue_version = catalogue_version;
  wanted.cluster = {*cluster.id, *cluster.name, *cluster.release, *cluster.region, *cluster.substrate};
  Deployment::Member member;
  member.name = profile.node.name;
  member.roles = profile.node.roles;
  if (const auto found = profile.node.addresses.find("management"); found != profile.node.addresses.end())
    member.address = found->second;
  member.host = host_of(cluster);
  wanted.members[member.name] = member;
  for (const auto& name : catalogue.core())
    wanted.components.try_emplace(name, Deployment::Managed{"terraform"});
  wanted.wish = wish_of(cluster);
  Json patch = merge_patch(there ? to_json(*there) : Json::object(), to_json(wanted));
  patch.erase("revision");
  patch.erase("format");
  return patch;
}

Status take_record(const Deployment& deployment, Cluster& cluster) {
  cluster.release = deployment.cluster.release;
  cluster.region = deployment.cluster.region;
  cluster.substrate = deployment.cluster.substrate;
  Value value = terraform::codec::Codec<Cluster>::write(cluster);
  const auto& type = model_of<Cluster>().schema.type;
  MS_TRY(Value wish, parse_json(deployment.wish.dump()));
  MS_TRY(wish, fit(std::move(wish), type));  // attributes that are no more are dropped
  for (const char* name : wished) value.set_member(name, *wish.find(name));
  return terraform::codec::Codec<Cluster>::read(value, cluster);
}

Result<std::vector<std::string>> other_than(const Deployment& deployment, const Cluster& cluster) {
  Cluster recorded = cluster;
  MS_CHECK(take_record(deployment, recorded));
  std::vector<std::string> others;
  if (*recorded.release != *cluster.release) others.push_back("release");
  if (*recorded.region != *cluster.region) others.push_back("region");
  if (*recorded.substrate != *cluster.substrate) others.push_back("substrate");
  const auto was = place_of(recorded), is = place_of(cluster);
  if (was.kind != is.kind || was.ssh.host != is.ssh.host || roles_of(recorded) != roles_of(cluster))
    others.push_back("first_node");
  const Json then = wish_of(recorded), now = wish_of(cluster);
  if (now.contains("networks") && now["networks"] != then.value("networks", Json()))
    others.push_back("networks");
  if (now.value("ca", Json()) != then.value("ca", Json())) others.push_back("ca");
  return others;
}

std::string import_block(const std::string& resource, const std::string& id) {
  return "import {\n  to = " + resource + "\n  id = \"" + id + "\"\n}";
}

}  // namespace microstack::provider
