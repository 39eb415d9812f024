#include "juju-plugin/format/format.h"

#include <catch2/catch.hpp>

using namespace microstack::plugin;

TEST_CASE("columns are as wide as their widest cell, and nothing trails") {
  CHECK(table_text({{{"A", "B"}, {{"long one", "x"}, {"s", ""}}}}, false) == "A         B\nlong one  x\ns\n");
}

TEST_CASE("the last column is cut to the terminal's width, between characters") {
  CHECK(table_text({{{}, {{"ab", "äöüäöüäöüäöü"}}}}, false, 13) == "ab  äöüäöüäö…\n");
}

TEST_CASE("colours are for terminals only") {
  const std::vector<Section> sections = {{{}, {{{"x", Tone::bad}}}}};
  CHECK(table_text(sections, false) == "x\n");
  CHECK(table_text(sections, true) == "\033[31mx\033[0m\n");
}
