#include "engine/base/yaml.h"

#include <catch2/catch.hpp>

using namespace microstack;

namespace {

Json value_of(const std::string& text) {
  const auto document = parse_yaml(text, "t.yaml");
  INFO(text);
  if (!document) FAIL(document.error().text());
  return document->value;
}

std::string error_of(const std::string& text) {
  const auto document = parse_yaml(text, "t.yaml");
  REQUIRE_FALSE(document);
  return document.error().text();
}

}  // namespace

TEST_CASE("plain scalars get the types of YAML 1.2, quoted ones stay text") {
  CHECK(value_of("[1, -2, 0x1f, +7, 0]") == Json({1, -2, 31, 7, 0}));
  CHECK(value_of("[true, False, null, ~, 1.5, -1e3, .5]") ==
        Json({true, false, nullptr, nullptr, 1.5, -1000.0, 0.5}));
  CHECK(value_of("['1', \"true\", !!str 3]") == Json({"1", "true", "3"}));
  CHECK(value_of("[no, yes, on, 0644, 1:30, 2025.1.2, 1_000, -, '']") ==
        Json({"no", "yes", "on", "0644", "1:30", "2025.1.2", "1_000", "-", ""}));
  CHECK(value_of("[9223372036854775807, -9223372036854775807, 18446744073709551615]").dump() ==
        "[9223372036854775807,-9223372036854775807,18446744073709551615]");
  CHECK(value_of("") == nullptr);
}

TEST_CASE("the line of every part is known, and that of a missing part is the one around it") {
  const auto document =
      parse_yaml("a: 1\nnative:\n  units:\n  - name: x\n  - name: y\n    \"odd.key\": 1\n", "t.yaml");
  REQUIRE(document);
  CHECK(document->line("a") == 1);
  CHECK(document->line("native") == 2);
  CHECK(document->line("native.units[1]") == 5);
  CHECK(document->line("native.units[1].name") == 5);
  CHECK(document->line("native.units[1].\"odd.key\"") == 6);
  CHECK(document->line("native.units[1].missing") == 5);
  CHECK(document->where("native.units[0].name") == "t.yaml:4");
}

TEST_CASE("anchors and merge keys are resolved, own keys win") {
  CHECK(value_of("base: &b {x: 1, y: 2}\nit:\n  <<: *b\n  y: 3\n")["it"] == Json({{"x", 1}, {"y", 3}}));
  CHECK(value_of("a: &a {x: 1}\nb: &b {x: 2, z: 3}\nit: {<<: [*a, *b]}\n")["it"] ==
        Json({{"x", 1}, {"z", 3}}));
}

TEST_CASE("what is no YAML, or ambiguous, is an error with its line") {
  CHECK(error_of("a: 1\nb: [\n").find("t.yaml:") != std::string::npos);
  CHECK(error_of("a: 1\na: 2\n") == "the key a is there twice (t.yaml:2)");
  CHECK(error_of("? [1]\n: 2\n").find("a key must be a word") == 0);
  CHECK(error_of("a: !odd 1\n").find("the tag !odd has no meaning here (t.yaml:1)") == 0);
  CHECK(error_of("a: 1\n---\nb: 2\n").find("more than one YAML document") != std::string::npos);
}

TEST_CASE("a short text that grows without end is refused") {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto name = std::to_string(i), before = std::to_string(i - 1);
    bomb += "a" + name + ": &a" + name + " [";
    for (int j = 0; j < 10; ++j) bomb += (j ? ", *a" : "*a") + before;
    bomb += "]\n";
  }
  CHECK(error_of(bomb).find("more than 1000000 parts") != std::string::npos);
  CHECK(error_of(std::string(200, '[') + std::string(200, ']')).find("nested deeper") != std::string::npos);
}

TEST_CASE("JSON errors carry the line") {
  const auto document = parse_json("{\n  \"a\": 1,\n  oops\n}", "d.json");
  REQUIRE_FALSE(document);
  CHECK(document.error().where == "d.json:3");
}

TEST_CASE("a value written as YAML is read back as itself") {
  const Json value{{"text", "true"},
                   {"number", 1},
                   {"list", {1, "2", 1.5, nullptr, false}},
                   {"map", {{"a", Json::object()}, {"b", "x: y\nz"}}}};
  CHECK(value_of(to_yaml(value)) == value);
}
