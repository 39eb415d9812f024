#include "engine/plan/event.h"

#include <catch2/catch.hpp>

using namespace microstack;

TEST_CASE("an event is one line with only the keys that are set, and is read back as itself") {
  Event event{.kind = Event::Kind::progress,
              .run = "r",
              .t = 1.5,
              .step = "packages",
              .title = "Install",
              .host = "n1",
              .done = 3,
              .total = 9,
              .eta_s = 12};
  CHECK(
      to_line(event) ==
      R"({"done":3,"eta_s":12.0,"host":"n1","kind":"progress","run":"r","step":"packages","t":1.5,"title":"Install","total":9,"v":1})");
  CHECK(to_line({.kind = Event::Kind::done, .run = "r"}) == R"({"kind":"done","run":"r","t":0.0,"v":1})");
  event.kind = Event::Kind::error;
  event.error = doing("outer\nline", ask("inner", "node:1", "fix it", {"a", "b"}));
  event.error->causes[0].code = "NotFound";
  const auto line = to_line(event);
  CHECK(line.find('\n') == std::string::npos);
  const auto again = event_from_line(line);
  REQUIRE(again);
  CHECK(to_line(*again) == line);
  CHECK(again->error->causes[0].kind == ErrorKind::ask);
  CHECK(again->error->has_code("NotFound"));
}

TEST_CASE("unknown keys are ignored, another version and other texts are refused") {
  CHECK(event_from_line(R"({"v":1,"kind":"end","step":"a","new":{"x":1}})")->step == "a");
  CHECK_FALSE(event_from_line(R"({"v":2,"kind":"end"})"));
  CHECK_FALSE(event_from_line(R"({"v":1,"kind":"strange"})"));
  CHECK_FALSE(event_from_line("apt: warning"));
  CHECK_FALSE(event_from_line("[]"));
}

TEST_CASE("bytes that are no UTF-8 do not cost the line") {
  const auto line = to_line({.kind = Event::Kind::error, .error = give_up("bad \xff byte")});
  CHECK(event_from_line(line));
}
