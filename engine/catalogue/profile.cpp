#include "engine/catalogue/profile.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/base/fields.h"

namespace microstack {

template <>
struct Fields<Profile::Cluster> {
  using Self = Profile::Cluster;
  static constexpr auto list = fields(field("id", &Self::id), field("name", &Self::name, required),
                                      field("release", &Self::release), field("region", &Self::region));
};
MS_FIELDS_COMPLETE(Profile::Cluster);

template <>
struct Fields<Profile::Node> {
  using Self = Profile::Node;
  static constexpr auto list =
      fields(field("name", &Self::name, required), field("roles", &Self::roles, required),
             field("addresses", &Self::addresses, required));
};
MS_FIELDS_COMPLETE(Profile::Node);

template <>
struct Fields<Profile::Plane> {
  using Self = Profile::Plane;
  static constexpr auto list =
      fields(field("identity_url", &Self::identity_url), field("user", &Self::user),
             field("user_domain", &Self::user_domain), field("project", &Self::project),
             field("project_domain", &Self::project_domain), field("queue_host", &Self::queue_host),
             field("queue_user", &Self::queue_user), field("queue_vhost", &Self::queue_vhost),
             field("queue_port", &Self::queue_port), field("queue_tls", &Self::queue_tls),
             field("southbound", &Self::southbound));
};
MS_FIELDS_COMPLETE(Profile::Plane);

template <>
struct Fields<Profile::Control> {
  using Self = Profile::Control;
  static constexpr auto list = fields(field("api_address", &Self::api_address),
                                      field("members", &Self::members), field("plane", &Self::plane));
};
MS_FIELDS_COMPLETE(Profile::Control);

template <>
struct Fields<Profile::ComponentChoice> {
  using Self = Profile::ComponentChoice;
  static constexpr auto list = fields(field("name", &Self::name, required), field("config", &Self::config));
};
MS_FIELDS_COMPLETE(Profile::ComponentChoice);

template <>
struct Fields<Profile::PhysicalNetwork> {
  using Self = Profile::PhysicalNetwork;
  static constexpr auto list =
      fields(field("name", &Self::name, required), field("bridge", &Self::bridge, required),
             field("interface", &Self::interface));
};
MS_FIELDS_COMPLETE(Profile::PhysicalNetwork);

template <>
struct Fields<Profile::Network> {
  using Self = Profile::Network;
  static constexpr auto list =
      fields(field("physnets", &Self::physnets), field("tunnel_ip", &Self::tunnel_ip),
             field("tunnel_interface", &Self::tunnel_interface), field("mtu", &Self::mtu),
             field("gateway", &Self::gateway), field("dns", &Self::dns));
};
MS_FIELDS_COMPLETE(Profile::Network);

template <>
struct Fields<Profile::Storage> {
  using Self = Profile::Storage;
  static constexpr auto list = fields(field("osd_devices", &Self::osd_devices));
};
MS_FIELDS_COMPLETE(Profile::Storage);

template <>
struct Fields<Profile::Packages> {
  using Self = Profile::Packages;
  static constexpr auto list =
      fields(field("mirror", &Self::mirror), field("proxy", &Self::proxy), field("keyring", &Self::keyring));
};
MS_FIELDS_COMPLETE(Profile::Packages);

template <>
struct Fields<Profile> {
  using Self = Profile;
  static constexpr auto list =
      fields(field("version", &Self::version), field("cluster", &Self::cluster, required),
             field("node", &Self::node, required), field("control", &Self::control, required),
             field("components", &Self::components), field("network", &Self::network),
             field("storage", &Self::storage), field("compute", &Self::compute), field("tls", &Self::tls),
             field("secrets", &Self::secrets), field("packages", &Self::packages));
};
MS_FIELDS_COMPLETE(Profile);

namespace {

constexpr std::string_view known_roles[] = {"control", "compute", "network", "storage"};

bool is_address(const std::string& text) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

// Letters, digits and dashes: names become host names, files and links.
bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.';
         });
}

// Secrets' names become files below a folder that only root may read: "nova/db", never "../x".
bool is_secret_name(const std::string& text) {
  if (text.empty() || text.front() == '/' || text.back() == '/' || text.find("//") != std::string::npos)
    return false;
  if (("/" + text).find("/.") != std::string::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_./@").find(c) != std::string_view::npos;
  });
}

// What the shape alone does not say. Collects all faults, like the decoder.
class Rules {
 public:
  explicit Rules(const Document& document) : document_(document) {}

  Status check(const Profile& profile) {
    if (profile.version != 1)
      return ask(fmt::format("the profile has version {}, this program understands 1", profile.version),
                 document_.where("version"), "use a newer microstack-hypervisor", {"version"});
    name("cluster.name", profile.cluster.name);
    name("node.name", profile.node.name);
    roles(profile.node.roles);
    if (!profile.node.addresses.count("management"))
      wrong("node.addresses", "node.addresses has no \"management\"", "give the node's own address");
    for (const auto& [key, value] : profile.node.addresses) address(join_path("node.addresses", key), value);
    control(profile.control);
    components(profile.components);
    network(profile.network);
    for (const auto& [secret, value] : profile.secrets)
      if (!is_secret_name(secret))
        wrong(join_path("secrets", secret), fmt::format("\"{}\" is no name of a secret", secret),
              "write it like nova/db");
    if (errors_.empty()) return {};
    Error error = ask("the profile is not right", document_.file);
    error.attribute = errors_.front().attribute;
    error.causes = std::move(errors_);
    return error;
  }

 private:
  void control(const Profile::Control& control) {
    if (const auto& plane = control.plane; !plane.identity_url.empty()) {
      for (const auto& [key, value] : {std::pair{"user", plane.user},
                                       {"project", plane.project},
                                       {"queue_host", plane.queue_host},
                                       {"southbound", plane.southbound}})
        if (value.empty())
          wrong(join_path("control.plane", key), fmt::format("control.plane has no {}", key),
                "say what the control plane says of itself");
      return;
    }
    address("control.api_address", control.api_address);
    if (control.members.empty())
      wrong("control.members", "control.members is empty", "name the control nodes' addresses");
    for (std::size_t i = 0; i < control.members.size(); ++i)
      address(join_path("control.members", i), control.members[i]);
  }

  void roles(const std::vector<std::string>& given) {
    if (given.empty())
      wrong("node.roles", "node.roles is empty", fmt::format("known: {}", fmt::join(known_roles, ", ")));
    std::set<std::string> seen;
    for (std::size_t i = 0; i < given.size(); ++i) {
      const auto path = join_path("node.roles", i);
      if (std::find(std::begin(known_roles), std::end(known_roles), given[i]) == std::end(known_roles))
        wrong(path, fmt::format("{} is \"{}\", which is no role", path, given[i]),
              fmt::format("known: {}", fmt::join(known_roles, ", ")));
      if (!seen.insert(given[i]).second) wrong(path, fmt::format("the role {} is there twice", given[i]));
    }
  }

  void components(const std::vector<Profile::ComponentChoice>& given) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < given.size(); ++i) {
      const auto path = join_path("components", i);
      if (!seen.insert(given[i].name).second)
        wrong(path, fmt::format("the component {} is there twice", given[i].name));
      if (!given[i].config.is_object()) wrong(join_path(path, "config"), path + ".config must be a map");
    }
  }

  void network(const Profile::Network& network) {
    if (!network.tunnel_ip.empty()) address("network.tunnel_ip", network.tunnel_ip);
    if (network.mtu < 576 || network.mtu > 65535)
      wrong("network.mtu", fmt::format("network.mtu is {}, which no link has", network.mtu),
            "1500 is usual, 9000 with jumbo frames");
    for (std::size_t i = 0; i < network.dns.size(); ++i) address(join_path("network.dns", i), network.dns[i]);
    std::set<std::string> names, bridges;
    for (std::size_t i = 0; i < network.physnets.size(); ++i) {
      const auto path = join_path("network.physnets", i);
      if (!names.insert(network.physnets[i].name).second)
        wrong(path, fmt::format("the physical network {} is there twice", network.physnets[i].name));
      if (!bridges.insert(network.physnets[i].bridge).second)
        wrong(path, fmt::format("the bridge {} is used twice", network.physnets[i].bridge));
      for (const auto& link : {network.physnets[i].bridge, network.physnets[i].interface})
        if (link.size() > 15 || link.find_first_of("/ ") != std::string::npos)
          wrong(path, fmt::format("\"{}\" is no name of a link", link), "at most 15 characters, no slash");
    }
  }

  void name(const std::string& path, const std::string& value) {
    if (!is_name(value))
      wrong(path, fmt::format("{} is \"{}\", which is no name", path, value),
            "letters, digits, dashes and dots, at most 63");
  }
  void address(const std::string& path, const std::string& value) {
    if (!is_address(value)) wrong(path, fmt::format("{} is \"{}\", which is no IP address", path, value));
  }
  void wrong(const std::string& path, std::string what, std::string fix = {}) {
    errors_.push_back(ask(std::move(what), document_.where(path), std::move(fix), path_parts(path)));
  }

  const Document& document_;
  std::vector<Error> errors_;
};

Result<Profile> from_document(const Document& document) {
  MS_TRY(auto profile, decode<Profile>(document, "profile"));
  MS_CHECK(Rules(document).check(profile));
  return profile;
}

}  // namespace

bool Profile::has_role(std::string_view role) const {
  return std::find(node.roles.begin(), node.roles.end(), role) != node.roles.end();
}

Result<Profile> profile_from_json(const Json& json) {
  return from_document(Document{json, {}, {}});
}

Result<Profile> profile_from_yaml(const std::string& text, const std::string& file_name) {
  MS_TRY(const auto document, parse_yaml(text, file_name));
  return from_document(document);
}

Json to_json(const Profile& profile) {
  return encode(profile);
}

}  // namespace microstack
