#include "hypervisor/install/stored_profile.h"

#include "engine/base/file.h"
#include "engine/base/yaml.h"
#include "hypervisor/front.h"

namespace microstack {

namespace {

std::string path(const Places& places) {
  return places.state + "/profile.json";
}

}  // namespace

Result<Profile> profile_from_text(const std::string& text, const std::string& name) {
  return profile_from_yaml(text, name);
}

Result<Profile> stored_profile(const Places& places) {
  MS_TRY(const auto text, read_file(path(places)));
  if (!text)
    return ask("this node has no profile: it was never installed", path(places),
               "microstack-hypervisor install PROFILE");
  return profile_from_text(*text, path(places));
}

Status store_profile(const Places& places, Profile profile) {
  profile.secrets.clear();
  return write_file(path(places), to_json(profile).dump(2) + "\n", 0644);
}

Result<Profile> chosen_profile(const Front& front, const std::string& from) {
  if (from.empty()) return stored_profile(front.places);
  if (from == "-") {
    MS_TRY(const auto text, front.read_all());
    return profile_from_text(text, "stdin");
  }
  MS_TRY(const auto text, read_file(from));
  if (!text) return ask("there is no such file", from, {}, {"profile"});
  return profile_from_text(*text, from);
}

}  // namespace microstack
