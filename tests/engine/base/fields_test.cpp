#include "engine/base/fields.h"

#include <catch2/catch.hpp>

using namespace microstack;

namespace {

struct Unit {
  std::string name;
  std::vector<std::string> after;
  bool masked = false;
};
struct Native {
  std::vector<Unit> units;
  std::map<std::string, int> ports;
};
struct Thing {
  std::string name;
  int memory = 256;
  std::uint8_t small = 0;
  double share = 0.5;
  std::optional<std::string> note;
  Native native;
  Json config = Json::object();
};

}  // namespace

template <>
struct microstack::Fields<Unit> {
  static constexpr auto list = fields(field("name", &Unit::name, required), field("after", &Unit::after),
                                      field("masked", &Unit::masked));
};
template <>
struct microstack::Fields<Native> {
  static constexpr auto list = fields(field("units", &Native::units), field("ports", &Native::ports));
};
template <>
struct microstack::Fields<Thing> {
  static constexpr auto list =
      fields(field("name", &Thing::name, required), field("memory", &Thing::memory),
             field("small", &Thing::small), field("share", &Thing::share), field("note", &Thing::note),
             field("native", &Thing::native), field("config", &Thing::config));
};
MS_FIELDS_COMPLETE(Unit);
MS_FIELDS_COMPLETE(Native);
MS_FIELDS_COMPLETE(Thing);

namespace {

Error error_of(const std::string& yaml) {
  const auto document = parse_yaml(yaml, "thing.yaml");
  REQUIRE(document);
  const auto thing = decode<Thing>(*document, "thing");
  REQUIRE_FALSE(thing);
  return thing.error();
}

}  // namespace

TEST_CASE("a struct is read from YAML and written back as the same JSON") {
  const auto document = parse_yaml(
      "name: nova\nmemory: 512\nnote: x\nnative:\n  units:\n  - {name: api, after: [db]}\n  ports: {api: "
      "8774}\nconfig: {a: [1]}\n",
      "t");
  REQUIRE(document);
  const auto thing = decode<Thing>(*document, "thing");
  REQUIRE(thing);
  CHECK(thing->memory == 512);
  CHECK(thing->native.units.at(0).after == std::vector<std::string>{"db"});
  CHECK(thing->native.ports.at("api") == 8774);
  CHECK(thing->share == 0.5);
  const auto again = decode<Thing>(encode(*thing), "thing");
  REQUIRE(again);
  CHECK(encode(*again) == encode(*thing));
  CHECK(encode(*thing)["native"]["units"][0]["masked"] == false);
}

TEST_CASE("an error carries the path, the file and the line") {
  const auto error = error_of("name: x\nnative:\n  units:\n  - name: a\n  - name: b\n  - name: 3\n");
  REQUIRE(error.causes.size() == 1);
  CHECK(error.kind == ErrorKind::ask);
  CHECK(error.causes[0].what == "native.units[2].name must be text, not number");
  CHECK(error.causes[0].where == "thing.yaml:6");
  CHECK(error.causes[0].fix == "write it in quotes: \"3\"");
  CHECK(error.causes[0].attribute == std::vector<std::string>{"native", "units", "2", "name"});
}

TEST_CASE("an unknown key is an error that proposes the nearest known one") {
  const auto error = error_of("name: x\nnative:\n  units:\n  - name: a\n    mask: true\n");
  REQUIRE(error.causes.size() == 1);
  CHECK(error.causes[0].what == "native.units[0].mask is not a known key");
  CHECK(error.causes[0].where == "thing.yaml:5");
  CHECK(error.causes[0].fix == "did you mean \"masked\"?");
  CHECK(error_of("name: x\nzzzzzz: 1\n").causes[0].fix ==
        "known here: name, memory, small, share, note, native, config");
}

TEST_CASE("a missing required key is an error, and all errors are told at once") {
  const auto error = error_of("memory: many\nnative: {units: [{}]}\n");
  REQUIRE(error.causes.size() == 3);
  CHECK(error.causes[0].what == "name is missing");
  CHECK(error.causes[1].what == "memory must be a whole number, not string");
  CHECK(error.causes[2].what == "native.units[0].name is missing");
}

TEST_CASE("numbers that do not fit are refused, not cut") {
  CHECK(error_of("name: x\nsmall: 256\n").causes[0].what == "small must be a number in range, not number");
  CHECK(error_of("name: x\nsmall: -1\n").causes[0].what == "small must be a number in range, not number");
  CHECK(error_of("name: x\nmemory: 1.5\n").causes[0].what == "memory must be a whole number, not number");
  CHECK(error_of("name: x\nmemory: 99999999999\n").causes.size() == 1);
}

TEST_CASE("the nearest word is proposed only when it is near") {
  CHECK(did_you_mean("maskd", {"masked", "name"}) == "masked");
  CHECK_FALSE(did_you_mean("horizon", {"masked", "name"}));
}
