// Values on the wire as JSON, for tests: an unknown is unknown().
#pragma once

#include <nlohmann/json.hpp>

#include "provider/protocol/tfplugin6.pb.h"

namespace microstack::wire {

nlohmann::json unknown();
tfplugin6::DynamicValue dynamic(const nlohmann::json&);
nlohmann::json json(const tfplugin6::DynamicValue&);  // an absent value is null

}  // namespace microstack::wire
