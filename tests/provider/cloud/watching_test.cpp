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

TEST_CASE("a prepared layer that cannot be made is a warning, and the failure of a step of the run is none") {
  terraform::Call call("create");
  const auto watch = watching(call);
  watch.event({.kind = Event::Kind::error, .step = "unit:keystone", .error = retry("no unit")});
  CHECK(call.diagnostics().all().empty());
  watch.event(
      {.kind = Event::Kind::error, .step = "prepared-layer", .error = retry("libvirtd did not start")});
  REQUIRE(call.diagnostics().all().size() == 1);
  const auto& told = call.diagnostics().all().front();
  CHECK(told.severity == terraform::Diagnostic::Severity::warning);
  CHECK(told.detail.find("libvirtd did not start") != std::string::npos);
}
