#include "engine/plan/event_table.h"

#include <catch2/catch.hpp>

using namespace microstack;
using Kind = Event::Kind;

TEST_CASE("without a terminal the table is a line for each change and failure") {
  Table table(false);
  std::string text;
  for (const Event& event : std::vector<Event>{
           {.kind = Kind::plan, .total = 3},
           {.kind = Kind::end, .t = 1, .step = "a", .title = "A", .done = 1, .total = 3},
           {.kind = Kind::begin, .t = 1, .step = "b", .title = "B"},
           {.kind = Kind::progress, .t = 2, .step = "b", .title = "B", .done = 1, .total = 2},
           {.kind = Kind::end, .t = 4, .step = "b", .title = "B", .done = 2, .total = 3},
           {.kind = Kind::error, .t = 4, .step = "c", .title = "C", .error = ask("no disk", "n1", "add one")},
           {.kind = Kind::done, .t = 4}})
    text += table.text(event);
  CHECK(text == "  done  B (3.0s)\nFAILED  no disk (n1); add one\n");
}

TEST_CASE("on a terminal the last line says how far, how long, and what runs, and never wraps") {
  Table table(true);
  table.text({.kind = Kind::plan, .total = 9, .eta_s = 90});
  CHECK(table.text({.kind = Kind::begin, .step = "b", .title = "B"}) == "\r\033[K[0/9] 1m30s left  B");
  CHECK(table.text({.kind = Kind::progress, .step = "b", .title = "B", .done = 1, .total = 4}) ==
        "\r\033[K[0/9] 1m30s left  B: 25%");
  CHECK(table.text({.kind = Kind::wait, .step = "b", .title = "B", .waiting_for = "the port 80"}) ==
        "\r\033[K[0/9] 1m30s left  B: waiting for the port 80");
  const auto longest = table.text({.kind = Kind::begin, .step = "c", .title = std::string(300, 'x')});
  CHECK(longest.size() < 120);
  CHECK(table.text({.kind = Kind::done}) == "\r\033[K");
}
