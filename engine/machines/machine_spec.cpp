#include "engine/machines/machine_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/machines/address.h"

namespace microstack {

namespace {

bool is_plain(const std::string& text, std::string_view also) {
  return !text.empty() && text[0] != '-' && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) || also.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

Error wrong(const std::string& attribute, const std::string& value, const std::string& wanted) {
  return ask(fmt::format("{}: '{}' is not {}", attribute, value, wanted), {}, {}, {attribute});
}

Status check(const ImageSpec& image) {
  if (!image.tree.empty()) {
    // It becomes part of mount options, where a colon or a comma would mean something else.
    if (image.tree[0] != '/' || !is_plain(image.tree, "/._-+@"))
      return wrong("image.tree", image.tree, "a plain absolute path");
    return {};
  }
  if (!is_plain(image.suite, "-.")) return wrong("image.suite", image.suite, "a Debian suite");
  if (!is_plain(image.release, "-.")) return wrong("image.release", image.release, "a release");
  for (const auto& url : {image.mirror, image.proxy})
    if (!url.empty() &&
        !(url.starts_with("http://") || url.starts_with("https://") || url.starts_with("file:/")))
      return wrong("image.mirror", url, "a URL with http, https or file");
  if (image.mirror.empty()) return wrong("image.mirror", "", "a URL");
  for (const auto& package : image.packages)
    if (!is_plain(package, "+.-")) return wrong("image.packages", package, "a package's name");
  return {};
}

}  // namespace

Status check_name(const std::string& name, const std::string& attribute) {
  const bool fits = is_plain(name, "-") && name.size() <= 40 && name.back() != '-' &&
                    std::none_of(name.begin(), name.end(), [](unsigned char c) { return std::isupper(c); });
  if (!fits) return wrong(attribute, name, "a name of at most 40 lower-case letters, digits and hyphens");
  return {};
}

Result<ImageSpec> image_spec_from_json(const Json& json) {
  MS_TRY(auto image, decode<ImageSpec>(json, "image"));
  MS_CHECK(check(image));
  return image;
}

Result<MachineSpec> machine_spec_from_json(const Json& json) {
  MS_TRY(auto spec, decode<MachineSpec>(json, "machine specification"));
  if (spec.version != 1)
    return ask(fmt::format("the specification has version {}, this program knows version 1", spec.version),
               {}, "use the microstack-hypervisor that belongs to it", {"version"});
  MS_CHECK(check_name(spec.cluster, "cluster"));
  MS_CHECK(check_name(spec.name, "name"));
  MS_CHECK(check(spec.image));
  if (!spec.prepared.empty() && !is_plain(spec.prepared, "-_"))
    return wrong("prepared", spec.prepared, "a key");
  if (spec.index < 0 || spec.index > 200)
    return wrong("index", std::to_string(spec.index), "a number from 1 to 200");
  for (const auto& network : {spec.networks.management, spec.networks.external, spec.networks.tunnel}) {
    if (network.empty()) continue;
    const auto subnet = Subnet::parse(network);
    if (!subnet || subnet->prefix != 24 || subnet->text() != network)
      return wrong("networks", network, "a /24 such as 10.70.1.0/24");
  }
  for (const auto& link : {spec.networks.management_link, spec.networks.tunnel_link})
    if (!link.empty() && (link.size() > 15 || !is_plain(link, "._-")))
      return wrong("networks", link, "the name of a link");
  if (spec.networks.management_link.empty() != spec.networks.tunnel_link.empty() ||
      (!spec.networks.management_link.empty() &&
       (spec.networks.management.empty() || spec.networks.tunnel.empty())))
    return ask("links to networks of another host come with both networks and both links", {}, {},
               {"networks"});
  if (!spec.lifeline.empty() && !spec.lifeline.starts_with("/"))
    return wrong("lifeline", spec.lifeline, "an absolute path");
  for (const auto& address : spec.dns)
    if (!parse_address(address)) return wrong("dns", address, "an IPv4 address");
  for (const auto& device : spec.devices)
    if (!device.starts_with("/dev/") || !is_plain(device, "/._-+@") || device.find("..") != std::string::npos)
      return wrong("devices", device, "a device node below /dev");
  for (const auto& key : spec.authorized_keys)
    if (key.find('\n') != std::string::npos)
      return wrong("authorized_keys", key.substr(0, key.find('\n')), "one line");
  return spec;
}

}  // namespace microstack
