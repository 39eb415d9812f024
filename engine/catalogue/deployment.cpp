#include "engine/catalogue/deployment.h"

#include <fmt/format.h>

#include "engine/base/fields.h"
#include "engine/base/file.h"

namespace microstack {

template <>
struct Fields<Deployment::Cluster> {
  using Self = Deployment::Cluster;
  static constexpr auto list =
      fields(field("id", &Self::id), field("name", &Self::name, required), field("release", &Self::release),
             field("region", &Self::region), field("substrate", &Self::substrate));
};
MS_FIELDS_COMPLETE(Deployment::Cluster);

template <>
struct Fields<Deployment::Member> {
  using Self = Deployment::Member;
  static constexpr auto list =
      fields(field("name", &Self::name, required), field("roles", &Self::roles, required),
             field("address", &Self::address), field("host", &Self::host));
};
MS_FIELDS_COMPLETE(Deployment::Member);

template <>
struct Fields<Deployment::Managed> {
  using Self = Deployment::Managed;
  static constexpr auto list = fields(field("by", &Self::by, required), field("config", &Self::config));
};
MS_FIELDS_COMPLETE(Deployment::Managed);

template <>
struct Fields<Deployment> {
  using Self = Deployment;
  static constexpr auto list = fields(
      field("format", &Self::format, required), field("revision", &Self::revision, required),
      field("catalogue_version", &Self::catalogue_version), field("cluster", &Self::cluster, required),
      field("members", &Self::members), field("components", &Self::components), field("wish", &Self::wish));
};
MS_FIELDS_COMPLETE(Deployment);

namespace {

constexpr double lock_limit_s = 10;  // an edit takes milliseconds

}  // namespace

Result<Deployment> deployment_from_json(const Json& json, const std::string& file_name) {
  if (const auto format = json.is_object() ? json.value("format", Json()) : Json();
      format.is_number_integer())
    if (format.get<std::int64_t>() > Deployment::newest_format)
      return ask(fmt::format("the deployment has format {}, this program understands up to {}", format.dump(),
                             Deployment::newest_format),
                 file_name, "use a newer MicroStack; this one would damage it");
  MS_TRY(auto deployment, decode<Deployment>(Document{json, file_name, {}}, "deployment"));
  for (const auto& [name, member] : deployment.members)
    if (name != member.name)
      return ask(fmt::format("the member {} calls itself {}", name, member.name), file_name, {},
                 {"members", name, "name"});
  return deployment;
}

Json to_json(const Deployment& deployment) {
  return encode(deployment);
}

Result<std::optional<Deployment>> DeploymentFile::read() const {
  MS_TRY(const auto text, read_file(path_));
  if (!text) return std::optional<Deployment>{};
  MS_TRY(const auto document, parse_json(*text, path_));
  MS_TRY(auto deployment, deployment_from_json(document.value, path_));
  return std::optional(std::move(deployment));
}

Result<Deployment> DeploymentFile::edit(std::int64_t if_match,
                                        const std::function<Status(Deployment&)>& change) const {
  MS_TRY(const auto lock, FileLock::take(path_ + ".lock", lock_limit_s));
  MS_TRY(auto found, read());
  auto deployment = found.value_or(Deployment{});
  const auto revision = deployment.revision;
  if (revision != if_match) {
    auto error = retry(fmt::format("the deployment has revision {}, not {}: somebody changed it meanwhile",
                                   revision, if_match),
                       path_, "look at it again (deployment show) and repeat the change on top of it");
    error.code = "revision";
    return error;
  }
  MS_CHECK(change(deployment));
  deployment.format = Deployment::newest_format;
  deployment.revision = revision + 1;
  const auto json = to_json(deployment);
  MS_TRY(const auto checked, deployment_from_json(json, path_));  // what is written can be read
  MS_CHECK(write_file(path_, json.dump(2) + "\n", 0644));
  return deployment;
}

Result<Deployment> DeploymentFile::patch(std::int64_t if_match, const Json& merge_patch) const {
  if (!merge_patch.is_object()) return ask("a change of the deployment must be a JSON object");
  for (const char* key : {"format", "revision"})
    if (merge_patch.contains(key))
      return ask(fmt::format("{} cannot be set", key), {}, "leave it out", {key});
  return edit(if_match, [&](Deployment& deployment) -> Status {
    auto json = to_json(deployment);
    json.merge_patch(merge_patch);
    MS_TRY(deployment, deployment_from_json(json, "the changed deployment"));
    return {};
  });
}

}  // namespace microstack
