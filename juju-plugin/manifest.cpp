#include "juju-plugin/manifest.h"

#include "engine/base/fields.h"
#include "engine/base/file.h"

namespace microstack {

namespace plugin {
namespace {

// What is not of the wish.
struct Frame {
  std::string name, region;
  std::vector<std::string> features;
};

}  // namespace
}  // namespace plugin

template <>
struct Fields<plugin::Frame> {
  using Self = plugin::Frame;
  static constexpr auto list =
      fields(field("name", &Self::name), field("region", &Self::region), field("features", &Self::features));
};
MS_FIELDS_COMPLETE(plugin::Frame);

namespace plugin {

Result<Manifest> read_manifest(const std::string& path) {
  MS_TRY(const auto text, read_file(path));
  if (!text) return ask("the file is not there", path, {}, {"--manifest"});
  MS_TRY(const auto document, parse_yaml(*text, path));
  if (!document.value.is_object())
    return ask("the manifest is no mapping of keys", path, "begin with: topology: single", {"--manifest"});
  Json frame = Json::object(), wish = Json::object();
  for (const auto& [key, value] : document.value.items())
    (key == "name" || key == "region" || key == "features" ? frame : wish)[key] = value;
  const auto at_its_line = [&](Error error) {
    std::string place;
    for (const auto& part : error.attribute) place = join_path(place, part);
    error.where = document.where(place);
    error.attribute = {"--manifest"};
    return error;
  };
  auto outer = decode<Frame>(frame, "");
  if (!outer) return at_its_line(outer.error());
  Deployment deployment;
  deployment.wish = wish;
  auto inner = charmed::wish_of(deployment);
  if (!inner) return at_its_line(inner.error());
  return Manifest{outer->name, outer->region, outer->features, std::move(*inner), wish.contains("model")};
}

}  // namespace plugin
}  // namespace microstack
