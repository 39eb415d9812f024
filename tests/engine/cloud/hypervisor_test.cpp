#include "engine/cloud/hypervisor.h"

#include <catch2/catch.hpp>

#include "engine/cloud/cloud.h"
#include "tests/support/fake_host.h"

using namespace microstack;

namespace {

// A host whose microstack-hypervisor prints these lines and ends with that code.
Result<Json> answer_of(const std::vector<std::string>& lines, int exit_code,
                       std::vector<std::string>* seen = nullptr) {
  FakeHost host;
  host.program("/hypervisor", [&](FakeHost&, const Command& command) {
    CommandResult result;
    result.exit_code = exit_code;
    for (const auto& line : lines) {
      if (command.on_line) command.on_line(line);
      result.out += line + "\n";
    }
    return result;
  });
  Watch watch;
  watch.event = [&](const Event& event) {
    if (seen) seen->push_back(event.title);
  };
  return Hypervisor(host, "/hypervisor").run({"install", "-"}, "{}", watch);
}

}  // namespace

TEST_CASE("the answer of a run is what its done event carries, and its events are told on the way") {
  std::vector<std::string> seen;
  const auto answer = answer_of({R"({"v":1,"kind":"begin","t":0,"step":"a","title":"Do a"})",
                                 R"({"v":1,"kind":"done","t":1,"result":{"facts":{"x":1}}})"},
                                0, &seen);
  REQUIRE(answer);
  CHECK(answer->at("facts").at("x") == 1);
  REQUIRE(!seen.empty());
  CHECK(seen.front() == "Do a");
}

TEST_CASE("the error of a run is its error event's, not its exit code") {
  auto answer = answer_of(
      {R"({"v":1,"kind":"error","t":1,"error":{"kind":"ask","what":"disk full","where":"n1","fix":"free some"}})"},
      4);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == ErrorKind::ask);
  CHECK(answer.error().what == "disk full");
}

TEST_CASE("differences are an answer, and a silent death is an error with the exit code") {
  const auto differs =
      answer_of({R"({"differences":[{"component":"nova","text":"unit nova-api is inactive"}]})"}, 3);
  REQUIRE(differs);
  CHECK(differs->at("differences").size() == 1);
  auto died = answer_of({}, 139);
  REQUIRE_FALSE(died);
  CHECK_THAT(died.error().what, Catch::Contains("139"));
}

TEST_CASE("a cluster id is read as it was written, and nothing else is one") {
  const std::string text = "microstack://demo@10.0.0.10/0123456789abcdef0123456789abcdef";
  const auto id = ClusterId::parse(text);
  REQUIRE(id);
  CHECK(id->name == "demo");
  CHECK(id->text() == text);
  CHECK_FALSE(ClusterId::parse("microstack://demo@10.0.0.10/short"));
  CHECK_FALSE(ClusterId::parse("demo"));
}
