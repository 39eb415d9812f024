#include "engine/base/template.h"

#include <catch2/catch.hpp>

#include "engine/base/file.h"

using namespace microstack;

namespace {

const Json facts{{"a", {{"b", "text"}, {"none", nullptr}}}, {"list", {1, 2}}};

std::string error_of(const std::string& text) {
  const auto result = render(text, "t.j2", facts, secret_names());
  INFO(text);
  REQUIRE_FALSE(result);
  CHECK(result.error().kind == ErrorKind::ask);
  return result.error().what + " @ " + result.error().where;
}

}  // namespace

TEST_CASE("templates render as Jinja2 renders them with trim_blocks and lstrip_blocks") {
  const auto text = read_file(MS_SOURCE_DIR "/tests/engine/base/jinja2_cases.json").value();
  REQUIRE(text);
  const auto all = Json::parse(*text);
  REQUIRE(all["cases"].size() > 70);
  for (const auto& item : all["cases"]) {
    const auto source = item["template"].get<std::string>();
    INFO(source);
    const auto result = render(source, "t.j2", all["facts"], secret_names());
    if (!result)
      FAIL_CHECK(result.error().text());
    else
      CHECK(*result == item["expected"].get<std::string>());
  }
}

TEST_CASE(
    "a path that leads nowhere is an error with the template's line, also in a condition that is not "
    "needed") {
  CHECK(error_of("x\n{{ a.c }}\n") == "there is no value a.c @ t.j2:2");
  CHECK(error_of("x\n\n{% if not nope %}\n{% endif %}") == "there is no value nope @ t.j2:3");
  CHECK(error_of("{% if a.b %}\n{{ list[2] }}{% endif %}") == "there is no value list[2] @ t.j2:2");
  CHECK(error_of("{% for x in list %}{% endfor %}\n{{ x }}") == "there is no value x @ t.j2:2");
  CHECK(error_of("{% for x in list %}\n{{ x.y }}\n{% endfor %}") == "there is no value x.y @ t.j2:2");
  CHECK(error_of("{# a\nb #}\n{% if a.none %}\n{% elif a.gone %}{% endif %}") ==
        "there is no value a.gone @ t.j2:4");
}

TEST_CASE("what is not in the subset is refused with its line, not ignored") {
  CHECK(error_of("\n{% include 'x' %}") == "the tag \"include\" is not known here @ t.j2:2");
  CHECK(error_of("{{ a.b | upper }}") == "\"|\" has no meaning here @ t.j2:1");
  CHECK(error_of("{{ a.b }") == "a value is not closed with }} @ t.j2:1");
  CHECK(error_of("{% if a.b %}\nx") == "endif is missing at the end @ t.j2:2");
  CHECK(error_of("{% if a.b %}{% endfor %}").find("endfor") != std::string::npos);
  CHECK(error_of("{% endif %}") == "the tag \"endif\" is not known here @ t.j2:1");
  CHECK(error_of("{% if a.b %}{% else %}{% elif a.b %}{% endif %}").find("elif") != std::string::npos);
  CHECK(error_of("{{ }}") == "a value is missing @ t.j2:1");
  CHECK(error_of("{{ a. }}") == "a name after the dot is missing @ t.j2:1");
  CHECK(error_of("{{ a.b c }}") == "expected the end of the tag, found c @ t.j2:1");
  CHECK(error_of("{% for x of list %}{% endfor %}") == "expected \"in\", found of @ t.j2:1");
  CHECK(error_of("{% for x in a %}{% endfor %}") == "a is object, not a list @ t.j2:1");
  CHECK(error_of("{{ a }}") == "a is object, which has no text @ t.j2:1");
  CHECK(error_of("{{ a.none }}") == "a.none is null, which has no text @ t.j2:1");
  CHECK(error_of("{{ \"a\\n\" }}").find("backslash") != std::string::npos);
}

TEST_CASE("secrets are resolved by the caller and can be listed without rendering") {
  const auto parsed =
      Template::parse("{% if a.b %}pw={{ secret \"nova/db\" }}{% else %}{{ secret 'x' }}{% endif %}", "t.j2");
  REQUIRE(parsed);
  CHECK(parsed->secrets() == std::set<std::string>{"nova/db", "x"});
  CHECK(parsed->render(facts, secret_names()).value() == "pw=secret:nova/db");
  CHECK(
      parsed
          ->render(facts, [](const std::string&) -> Result<std::string> { return std::string("{{ a.b }}"); })
          .value() == "pw={{ a.b }}");
  const auto refused =
      parsed->render(facts, [](const std::string& name) -> Result<std::string> { return ask("no " + name); });
  REQUIRE_FALSE(refused);
  CHECK(refused.error().where == "t.j2:1");
}

TEST_CASE("a condition by itself uses the same words") {
  CHECK(holds("a.b", "when", facts).value());
  CHECK_FALSE(holds("not a.b", "when", facts).value());
  CHECK(holds("a.b == \"text\" and list", "when", facts).value());
  CHECK_FALSE(holds("a.x", "component nova", facts));
  CHECK_FALSE(holds("a.b |", "when", facts));
  CHECK_FALSE(holds("", "when", facts));
}

TEST_CASE("deep nesting is refused instead of exhausting the stack") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "{% if a.b %}";
  CHECK(error_of(text).find("nested deeper") != std::string::npos);
}
