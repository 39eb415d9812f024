#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

#include "provider/framework/msgpack.h"

using namespace microstack;
using namespace microstack::terraform;

namespace {

std::string unhex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (unsigned char c : bytes) {
    out += "0123456789abcdef"[c >> 4];
    out += "0123456789abcdef"[c & 15];
  }
  return out;
}

Type type(std::string_view json) {
  return Type::parse(json).value();
}
Value text(std::string value) {
  return Value::string(std::move(value));
}
Value number(std::string_view digits) {
  return Value::number(*Number::parse(digits));
}

}  // namespace

TEST_CASE("every golden encoding of go-cty is read and written back byte for byte") {
  std::ifstream file(MS_SOURCE_DIR "/tests/provider/framework/data/msgpack-golden.tsv");
  std::string line;
  int lines = 0;
  while (std::getline(file, line)) {
    ++lines;
    std::stringstream columns(line);
    std::string json, value, wire;
    std::getline(columns, json, '\t');
    std::getline(columns, value, '\t');
    std::getline(columns, wire, '\t');
    INFO(line);
    auto of = type(json);
    CHECK(of.json() == json);
    auto read = from_msgpack(unhex(wire), of);
    REQUIRE(read);
    CHECK(hex(to_msgpack(*read)) == wire);
    CHECK(conforms(*read, of));
    CHECK(*from_msgpack(to_msgpack(*read), of) == *read);
  }
  CHECK(lines == 39);
}

TEST_CASE("values made here have the golden encodings") {
  CHECK(hex(to_msgpack(text("e\xcc\x81"))) == "a2c3a9");
  CHECK(hex(to_msgpack(Value::unknown({.not_null = true, .prefix = "ami-"}))) == "c7090c8201c202a4616d692d");
  CHECK(hex(to_msgpack(
            Value::unknown({.lower = Refinement::Bound{1, true}, .upper = Refinement::Bound{9, false}}))) ==
        "c7090c82039201c3049209c2");
  CHECK(hex(to_msgpack(number("0.1"))) == "a3302e31");
  CHECK(hex(to_msgpack(Value::number(Number::of(1.5)))) == "cb3ff8000000000000");
  CHECK(hex(to_msgpack(Value::number(Number::of(0.1)))) == "a3302e31");
  CHECK(hex(to_msgpack(Value::typed(Type::string(), text("x")))) == "92c40822737472696e6722a178");
  CHECK(hex(to_msgpack(Value::map({{"b", Value::number(2)}, {"a", Value::number(1)}}))) == "82a16101a16202");
}

TEST_CASE("numbers compare by value and not by how they are written") {
  CHECK(*Number::parse("1") == *Number::parse("1.0"));
  CHECK(*Number::parse("1e3") == Number(1000));
  CHECK(*Number::parse("0.1") == Number::of(0.1));
  CHECK_FALSE(*Number::parse("0.1") == Number::exact(0.1));
  CHECK(Number::exact(0.5) == *Number::parse("0.50"));
  CHECK(*Number::parse("-2") < *Number::parse("-1.5"));
  CHECK(*Number::parse("9223372036854775808") > Number(INT64_MAX));
  CHECK(*Number::parse("-0.0") == Number(0));
  CHECK(Number::exact(1.0 / 0.0) > *Number::parse("1e999999999"));
  CHECK(Number::parse("1e3")->integer() == 1000);
  CHECK(Number::parse("1.50")->integer() == std::nullopt);
  CHECK(Number::parse("9223372036854775808")->integer() == std::nullopt);
  CHECK(Number::parse("1e400")->real() == std::numeric_limits<double>::infinity());
}

TEST_CASE("a text that is no number is not read as one") {
  for (auto text : {"", "-", "1e", "0x10", "1..2", "nan", "1e99999999999", "--1", "1 "}) {
    INFO(text);
    CHECK_FALSE(Number::parse(text));
  }
}

TEST_CASE("sets are equal in any order and lists are not") {
  CHECK(Value::set({text("a"), text("b")}) == Value::set({text("b"), text("a")}));
  CHECK_FALSE(Value::set({text("a"), text("a")}) == Value::set({text("b"), text("a")}));
  CHECK_FALSE(Value::list({text("a"), text("b")}) == Value::list({text("b"), text("a")}));
  CHECK_FALSE(Value::set({Value::unknown()}) == Value::set({text("a")}));
}

TEST_CASE("uint, float and text forms of a number are all read") {
  CHECK(*from_msgpack(unhex("cf8000000000000000"), Type::number()) == number("9223372036854775808"));
  CHECK(*from_msgpack(unhex("d07f"), Type::number()) == number("127"));
  CHECK(*from_msgpack(unhex("d1ff7f"), Type::number()) == number("-129"));
  CHECK(*from_msgpack(unhex("ca3f800000"), Type::number()) == number("1"));
  CHECK_FALSE(from_msgpack(unhex("cb7ff8000000000000"), Type::number()));
}

TEST_CASE("broken msgpack is refused with a reason and reserves nothing") {
  auto object = type(R"(["object",{"a":"string","b":["list","number"]}])");
  CHECK(from_msgpack(unhex("82a161a178a1629101"), object));
  CHECK(from_msgpack(unhex("82a1629101a161a178"), object));  // any order
  CHECK(from_msgpack(unhex("81a161a178"), object).error().what ==
        "an object with 2 attributes is required, not 1");
  CHECK(from_msgpack(unhex("82a161a178a163c0"), object).error().what == "there is no attribute \"c\"");
  CHECK(from_msgpack(unhex("82a161c0a161c0"), object).error().what == "the attribute \"a\" is there twice");
  CHECK(from_msgpack(unhex("82a161a178a16291a178"), object).error().what == "b: a text is not a number");
  CHECK_FALSE(from_msgpack(unhex("ddffffffff"), type(R"(["list","string"])")));
  CHECK_FALSE(from_msgpack(unhex("dbffffffff"), Type::string()));
  CHECK_FALSE(from_msgpack(unhex("c9ffffffff00"), Type::string()));
  CHECK_FALSE(from_msgpack("", Type::string()));
  CHECK_FALSE(from_msgpack(unhex("a178c0"), Type::string()));
  CHECK_FALSE(from_msgpack(unhex("92c409226479") + "namic\"c0", Type::dynamic()));
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "[\"list\",";
  CHECK_FALSE(Type::parse(deep));
  CHECK_FALSE(Type::parse("[\"object\",{\"a\":\"strin\"}]"));
}

TEST_CASE("the JSON of a saved state is fitted leniently to today's type") {
  auto today =
      type(R"(["object",{"id":"string","n":"number","tags":["set","string"],"new":"bool","d":"dynamic"}])");
  auto saved = parse_json(
      R"({"id":7,"n":123456789012345678901234567890.5,"tags":["b","a"],"gone":{"x":[1]},"d":{"type":"string","value":"v"}})");
  REQUIRE(saved);
  auto fitted = fit(*saved, today);
  REQUIRE(fitted);
  CHECK(conforms(*fitted, today));
  CHECK(*fitted->find("id") == text("7"));
  CHECK(fitted->find("n")->as_number().text() == "123456789012345678901234567890.5");
  CHECK(*fitted->find("tags") == Value::set({text("a"), text("b")}));
  CHECK(fitted->find("new")->is_null());
  CHECK(fitted->find("d")->inner() == text("v"));
  CHECK_FALSE(fit(*parse_json(R"({"n":"x"})"), today));
  CHECK_FALSE(parse_json("{"));
  CHECK_FALSE(parse_json(std::string(100000, '[')));
}

TEST_CASE("what does not conform is named by its path") {
  auto of = type(R"(["object",{"a":["list",["object",{"b":"string"}]]}])");
  auto wrong = Value::object({{"a", Value::list({Value::object({{"b", Value::number(1)}})})}});
  auto status = conforms(wrong, of);
  REQUIRE_FALSE(status);
  CHECK(status.error().attribute == std::vector<std::string>{"a", "0", "b"});
  CHECK_FALSE(conforms(Value::object({}), of));
  CHECK_FALSE(conforms(Value::object({{"a", {}}, {"z", {}}}), of));
  CHECK_FALSE(conforms(text("\xff"), Type::string()));
  CHECK_FALSE(conforms(text("x"), Type::dynamic()));
}
