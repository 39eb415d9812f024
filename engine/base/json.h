// JSON as a value: nlohmann_json, under one name. Headers that only pass it on include <nlohmann/json_fwd.hpp>.
#pragma once

#include <nlohmann/json.hpp>

namespace microstack {
using Json = nlohmann::json;
}
