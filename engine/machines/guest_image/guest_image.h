// The demo guest: an image of some 15 MB that boots under plain emulation in seconds, built on this host by
// schemas/guest/build.sh, once per content.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/places.h"
#include "engine/host/host.h"

namespace microstack {

// Path of the image below the cache. Errors: ask where tools are missing (with the line that installs them), retry where
// packages cannot be downloaded.
Result<std::string> guest_image(Host& host, const Places& places, std::stop_token stop = {});

// Packages of the host that building it takes and that are missing; none where it is built already. Changes nothing but
// the script's own copy in the cache.
Result<std::vector<std::string>> guest_image_lacks(Host& host, const Places& places,
                                                   std::stop_token stop = {});

}  // namespace microstack
