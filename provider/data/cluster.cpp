#include "provider/data/sources.h"

#include "provider/cloud/watching.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct ClusterData {
  Attr<std::string> id;
  Attr<std::string> name;
  Attr<std::string> release;
  Attr<std::string> region;
  Attr<std::string> api_address;
  Attr<std::string> auth_url;
  Attr<std::string> ca_certificate;
  Attr<std::map<std::string, std::string>> endpoints;
  Attr<std::string> catalogue_version;
  static auto schema() {
    return model<ClusterData>(
        "A cluster that somebody else made.",
        attribute("id", &ClusterData::id)
            .required()
            .doc("Its id, `microstack://NAME@API_ADDRESS/FINGERPRINT`."),
        attribute("name", &ClusterData::name).computed().doc("Its name."),
        attribute("release", &ClusterData::release).computed().doc("OpenStack release."),
        attribute("region", &ClusterData::region).computed().doc("Name of its region."),
        attribute("api_address", &ClusterData::api_address)
            .computed()
            .doc("Address all API endpoints share."),
        attribute("auth_url", &ClusterData::auth_url).computed().doc("URL of Keystone."),
        attribute("ca_certificate", &ClusterData::ca_certificate).computed().doc("Its own authority, PEM."),
        attribute("endpoints", &ClusterData::endpoints).computed().doc("URL of each service type."),
        attribute("catalogue_version", &ClusterData::catalogue_version)
            .computed()
            .doc("Hash of the component files it was last installed with."));
  }
};

class ClusterSource : public DataSource<ClusterData> {
 public:
  explicit ClusterSource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "cluster"; }
  Status read(ClusterData& cluster, Call& call) override {
    MS_TRY(const auto id, ClusterId::parse(*cluster.id));
    MS_TRY(const auto cloud, clouds_.of_id(*cluster.id));
    MS_TRY(const Json said, cloud->status(watching(call)));
    const auto at = [&said](const char* pointer) {
      return said.value(Json::json_pointer(pointer), std::string());
    };
    const auto ca = at("/facts/ca");
    if (fingerprint_of(ca) != id.fingerprint)
      return ask("Another cluster of that name is at that address", *cluster.id,
                 "Take the id from the resource that made it: " +
                     ClusterId{id.name, at("/facts/control/api_address"), fingerprint_of(ca)}.text(),
                 {"id"});
    cluster.name = id.name;
    cluster.release = at("/facts/cluster/release");
    cluster.region = at("/facts/cluster/region");
    cluster.api_address = at("/facts/control/api_address");
    cluster.auth_url = at("/facts/urls/identity");
    cluster.ca_certificate = ca;
    cluster.catalogue_version = at("/facts/catalogue_version");
    cluster.endpoints.emplace();
    const Json urls = said.value(Json::json_pointer("/facts/urls"), Json::object());
    for (const auto& [type, url] : urls.items())
      if (url.is_string()) (*cluster.endpoints)[type] = url;
    return {};
  }

 private:
  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyDataSource> cluster_source(Clouds& clouds) {
  return std::make_unique<ClusterSource>(clouds);
}

}  // namespace microstack::provider
