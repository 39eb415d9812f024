#include "engine/base/duration.h"

#include <catch2/catch.hpp>

using namespace microstack;

TEST_CASE("durations are read as people write them") {
  CHECK(parse_duration("90s").value().count() == 90'000);
  CHECK(parse_duration("1h30m").value().count() == 5'400'000);
  CHECK(parse_duration("250ms").value().count() == 250);
  for (const char* wrong : {"", "90", "s", "-3s", "1.5h", "3 s", "1d", "99999999999999999999s"}) {
    INFO(wrong);
    CHECK_FALSE(parse_duration(wrong));
  }
}

TEST_CASE("durations are written so that they can be read at a glance") {
  CHECK(duration_text(0.31) == "0.3s");
  CHECK(duration_text(45.2) == "45s");
  CHECK(duration_text(59.7) == "1m00s");
  CHECK(duration_text(125) == "2m05s");
  CHECK(duration_text(3720) == "1h02m");
  CHECK(duration_text(-1) == "unknown");
}
