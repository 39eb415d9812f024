// The profile this node was last installed with, kept without its secrets.
#pragma once

#include "engine/base/places.h"
#include "engine/catalogue/profile.h"

namespace microstack {

// An error of kind ask where the node was never installed.
Result<Profile> stored_profile(const Places& places);
Status store_profile(const Places& places, Profile profile);

// `from`: a path, "-" for stdin (read to its end), or empty for the stored one.
class Front;
Result<Profile> chosen_profile(const Front& front, const std::string& from);

// JSON is YAML, so one reader serves both and knows the lines.
Result<Profile> profile_from_text(const std::string& text, const std::string& name);

}  // namespace microstack
