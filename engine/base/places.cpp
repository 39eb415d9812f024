#include "engine/base/places.h"

#include <cstdlib>

namespace microstack {

Places Places::from_environment() {
  Places places;
  const auto moved = [](const char* variable, std::string& place) {
    if (const char* value = std::getenv(variable); value && *value) place = value;
  };
  moved("MICROSTACK_STATE", places.state);
  moved("MICROSTACK_RUN", places.run);
  moved("MICROSTACK_CACHE", places.cache);
  return places;
}

}  // namespace microstack
