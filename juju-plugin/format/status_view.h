// A cloud's status as the sections of one screen.
#pragma once

#include "juju-plugin/clusters/cloud_status.h"
#include "juju-plugin/format/format.h"

namespace microstack::plugin {

std::vector<Section> sections_of(const CloudStatus& status);

Tone tone_of(const std::string& state);

}  // namespace microstack::plugin
