// Durations as people write and read them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace microstack {

// "90s", "10m", "1h30m", "250ms"; a bare number is an error.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
// "45s", "2m05s", "1h02m", "0.3s"
std::string duration_text(double seconds);

}  // namespace microstack
