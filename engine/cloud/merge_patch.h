// RFC 7386 from the other end: the patch that makes one JSON object another.
#pragma once

#include "engine/base/json.h"

namespace microstack {

// What is gone is null; empty when nothing differs.
Json merge_patch(const Json& from, const Json& to);

}  // namespace microstack
