#include "provider/resources/node_compute.h"

#include "provider/framework/msgpack.h"

namespace microstack::provider {

Json config_of(const terraform::Attr<NodeCompute>& compute) {
  Json config = Json::object();
  if (!compute.is_known()) return config;
  const Json all =
      Json::parse(terraform::to_json_text(terraform::codec::Codec<NodeCompute>::write(*compute)));
  for (const auto& [key, value] : all.items())
    if (!value.is_null()) config[key] = value;
  return config;
}

}  // namespace microstack::provider
