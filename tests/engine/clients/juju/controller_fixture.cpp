#include "tests/engine/clients/juju/controller_fixture.h"

namespace microstack::juju {

std::string data_folder() {
  return MS_SOURCE_DIR "/tests/data/juju";
}

}  // namespace microstack::juju
