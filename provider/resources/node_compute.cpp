#include "provider/resources/node_compute.h"

#include "provider/framework/msgpack.h"

namespace microstack::provider {

std::map<std::string, std::string> secrets_of(const terraform::Attr<NodeCompute>& compute) {
  if (!compute.is_known() || !compute->ceph_key.is_known()) return {};
  return {{"given/ceph", compute->ceph_key->reveal()}};
}

Json without_keys(Json model) {
  if (model.contains("compute") && model["compute"].is_object()) model["compute"].erase("ceph_key");
  return model;
}

Json config_of(const terraform::Attr<NodeCompute>& compute) {
  Json config = Json::object();
  if (!compute.is_known()) return config;
  const Json all =
      Json::parse(terraform::to_json_text(terraform::codec::Codec<NodeCompute>::write(*compute)));
  for (const auto& [key, value] : all.items())
    if (!value.is_null() && key != "ceph_key") config[key] = value;
  return config;
}

}  // namespace microstack::provider
