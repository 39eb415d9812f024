#include "provider/cloud/watching.h"

#include <catch2/catch.hpp>

using namespace microstack;
using namespace microstack::provider;

TEST_CASE("a run is stopped by Ctrl-C and by its time limit, not by Terraform's death") {
  terraform::Call killed("create"), stopped("create");
  const auto goes_on = watching(killed), ends = watching(stopped);
  killed.cancel(terraform::Call::Cause::gone);
  stopped.cancel(terraform::Call::Cause::stopped);
  CHECK(killed.stop().stop_requested());
  CHECK_FALSE(goes_on.stop.stop_requested());
  CHECK(ends.stop.stop_requested());
}
