#include <catch2/catch.hpp>

#include "provider/framework/planning.h"
#include "provider/framework/provider.h"

using namespace microstack;
using namespace microstack::terraform;

namespace {

Value text(std::string value) {
  return Value::string(std::move(value));
}

Schema schema_of(std::vector<Attribute> attributes) {
  Schema schema;
  schema.description = "For tests.";
  schema.attributes = std::move(attributes);
  return sealed(std::move(schema));
}

// What is wrong with one attribute, without the owner; empty when nothing is.
std::string wrong(Attribute attribute, SchemaOf of = SchemaOf::resource) {
  if (attribute.description.empty()) attribute.description = "x";
  auto found = problems(schema_of({attribute}), "resource r", of);
  if (found.empty()) return {};
  return found[0].substr(std::string("resource r: attribute ").size());
}

std::string invalid(const Attribute& attribute, Value value) {
  Diagnostics diagnostics;
  validate(schema_of({attribute}), Value::object({{attribute.name, std::move(value)}}), diagnostics);
  return diagnostics.all().empty() ? ""
                                   : diagnostics.all()[0].path.text() + ": " + diagnostics.all()[0].detail;
}

}  // namespace

TEST_CASE("the schema check refuses what core would refuse, by owner and attribute") {
  auto str = [] { return named("a", Type::string()); };
  CHECK(wrong(str().optional().attribute).empty());
  CHECK(wrong(str().attribute) == "a must be required, optional or computed");
  CHECK(wrong(str().required().optional().attribute) == "a cannot be both required and optional");
  CHECK(wrong(str().required().computed().attribute) == "a cannot be both required and computed");
  CHECK(wrong(named("A", Type::string()).optional().attribute) ==
        "A must be named in lower case letters, digits and _");
  CHECK(wrong(named("count", Type::number()).optional().attribute) ==
        "count is a word that Terraform keeps for itself");
  CHECK(wrong(named("alias", Type::string()).optional().attribute).empty());
  CHECK(wrong(named("alias", Type::string()).optional().attribute, SchemaOf::provider) ==
        "alias is a word that Terraform keeps for itself");
  CHECK(wrong(str().computed().write_only().attribute) == "a is write-only and cannot be computed");
  CHECK(wrong(str().optional().write_only().replaces().attribute) ==
        "a is write-only: Terraform cannot see it change");
  CHECK(wrong(str().optional().keeps().attribute) == "a keeps its prior value and must be computed");
  CHECK(wrong(str().optional().computed().planned_value(Value::string("")).attribute) ==
        "a is planned to a value and must be computed only");
  CHECK(wrong(named("a", Type::number()).default_value(text("x")).attribute) ==
        "a has a default of another type: a number is required, not a string");
  CHECK(wrong(str().default_value(text("c")).one_of({"a", "b"}).attribute) ==
        "a has a default that its own rules refuse");
  CHECK(wrong(str().optional().conflicts_with({"gone"}).attribute) ==
        "a has a rule about gone, which is not beside it");
  CHECK(wrong(named("a", Type::set(Type::dynamic())).optional().attribute) ==
        "a has a dynamic type inside a set");
  CHECK(wrong(named("a", Type::map(Type::string())).computed().identity().attribute) ==
        "a is part of the identity and must be a string, number, bool or a list of one");
  std::vector<Attribute> secret = {named("s", Type::string()).optional().write_only().doc("x").attribute};
  CHECK(wrong(named("a", Nesting::set, secret).optional().attribute) ==
        "a.s is write-only and cannot be in a set");
  std::vector<Attribute> open = {named("s", Type::string()).optional().doc("x").attribute};
  CHECK(wrong(named("a", Nesting::single, open).optional().write_only().attribute) ==
        "a.s must be write-only, as what it is in");
  CHECK(problems(schema_of({str().optional().doc("x").attribute, str().optional().doc("x").attribute}),
                 "resource r", SchemaOf::resource)[0] == "resource r: attribute a is there twice");
  CHECK(problems(schema_of({str().optional().attribute}), "resource r", SchemaOf::resource)[0] ==
        "resource r: attribute a has no description");
}

TEST_CASE("rules hold for values and for each element, and let unknown values pass") {
  auto enums = named("a", Type::string()).optional().one_of({"x", "y"}).attribute;
  CHECK(invalid(enums, text("x")).empty());
  CHECK(invalid(enums, text("z")) == "a: It must be one of \"x\", \"y\".");
  CHECK(invalid(enums, Value::unknown()).empty());
  CHECK(invalid(enums, Value::null()).empty());
  auto range = named("a", Type::number()).optional().between(1, 9).attribute;
  CHECK(invalid(range, Value::number(9)).empty());
  CHECK(invalid(range, Value::number(*Number::parse("9.1"))) == "a: It must be between 1 and 9.");
  CHECK(invalid(named("a", Type::number()).optional().at_least(1).attribute, Value::number(0)) ==
        "a: It must be at least 1.");
  auto name = named("a", Type::list(Type::string())).optional().matches("[a-z]+", "letters").attribute;
  CHECK(invalid(name, Value::list({text("ok"), Value::unknown()})).empty());
  CHECK(invalid(name, Value::list({text("ok"), text("no1")})) == "a: Each element must be letters.");
  CHECK(invalid(named("a", Type::string()).optional().length(2, 3).attribute, text("a")) ==
        "a: It must be 2 to 3 bytes long.");
  CHECK(invalid(named("a", Type::set(Type::string())).optional().items(1, 2).attribute, Value::set({})) ==
        "a: It must have 1 to 2 elements.");
  auto limit = named("a", Type::string()).optional().duration().attribute;
  CHECK(invalid(limit, text("1h30m")).empty());
  CHECK(invalid(limit, text("soon")) == "a: It must be a duration such as \"1h30m\" or \"45s\".");
}

TEST_CASE("a rule inside a nested list names the element, inside a set only the set") {
  std::vector<Attribute> children = {named("n", Type::number()).required().between(1, 2).attribute};
  Value bad = Value::object({{"n", Value::number(3)}});
  CHECK(invalid(named("a", Nesting::list, children).optional().attribute, Value::list({bad})) ==
        "a[0].n: It must be between 1 and 2.");
  CHECK(invalid(named("a", Nesting::map, children).optional().attribute, Value::map({{"k", bad}})) ==
        "a[\"k\"].n: It must be between 1 and 2.");
  CHECK(invalid(named("a", Nesting::set, children).optional().attribute, Value::set({bad})) ==
        "a: It must be between 1 and 2.");
}

TEST_CASE("arguments exclude and need each other, and unknown ones get the benefit of the doubt") {
  auto schema = [](Named one) {
    return schema_of({std::move(one.attribute), named("b", Type::string()).optional().attribute});
  };
  auto said = [](const Schema& schema, Value a, Value b) {
    Diagnostics diagnostics;
    validate(schema, Value::object({{"a", std::move(a)}, {"b", std::move(b)}}), diagnostics);
    return diagnostics.all().empty() ? "" : diagnostics.all()[0].detail;
  };
  auto a = [] { return named("a", Type::string()); };
  auto conflicts = schema(a().optional().conflicts_with({"b"}));
  CHECK(said(conflicts, text("x"), text("y")) == "a cannot be set together with b: leave one of them out.");
  CHECK(said(conflicts, text("x"), Value::unknown()).empty());
  CHECK(said(conflicts, text("x"), {}).empty());
  auto one = schema(a().optional().exactly_one_of({"a", "b"}));
  CHECK(said(one, {}, {}) == "One of a, b must be set.");
  CHECK(said(one, text("x"), text("y")) == "Only one of a, b can be set.");
  CHECK(said(one, Value::unknown(), text("y")).empty());
  CHECK(said(schema(a().optional().at_least_one_of({"a", "b"})), {}, {}) ==
        "At least one of a, b must be set.");
  auto with = schema(a().optional().required_with({"b"}));
  CHECK(said(with, text("x"), {}) == "a needs b to be set too.");
  CHECK(said(with, {}, {}).empty());
}

namespace {

struct Inner {
  Attr<std::string> key;
  Attr<std::int64_t> number;
  static auto schema() {
    return model<Inner>("Inner.", attribute("key", &Inner::key).required().doc("x"),
                        attribute("number", &Inner::number).optional().doc("x"));
  }
};

struct Outer {
  Attr<std::string> zulu;
  Attr<std::vector<std::string>> plain;
  Attr<std::vector<Attr<std::string>>> holes;
  Attr<Inner> one;
  Attr<std::map<std::string, Inner>> many;
  Attr<Set<std::int64_t>> numbers;
  Attr<Value> anything;
  Attr<double> ratio;
  Timeouts timeouts;
  static auto schema() {
    return model<Outer>("Outer.", attribute("zulu", &Outer::zulu).required().doc("x"),
                        attribute("plain", &Outer::plain).optional().doc("x"),
                        attribute("holes", &Outer::holes).optional().doc("x"),
                        attribute("one", &Outer::one).optional().doc("x"),
                        attribute("many", &Outer::many).optional().doc("x"),
                        attribute("numbers", &Outer::numbers).optional().doc("x"),
                        attribute("anything", &Outer::anything).optional().doc("x"),
                        attribute("ratio", &Outer::ratio).optional().doc("x"),
                        attribute("timeouts", &Outer::timeouts).limits({.create = std::chrono::seconds(90)}));
  }
};

Value outer() {
  return empty_object(model_of<Outer>().schema.type);
}

}  // namespace

TEST_CASE("a model's list is its schema, blocks and nested models included") {
  const auto& schema = model_of<Outer>().schema;
  CHECK(problems(schema, "model", SchemaOf::resource).empty());
  CHECK(
      schema.type.json() ==
      R"(["object",{"anything":"dynamic","holes":["list","string"],"many":["map",["object",{"key":"string","number":"number"}]],)"
      R"("numbers":["set","number"],"one":["object",{"key":"string","number":"number"}],"plain":["list","string"],"ratio":"number",)"
      R"("timeouts":["object",{"create":"string"}],"zulu":"string"}])");
  CHECK(schema.find("many")->nesting == Nesting::map);
  CHECK(schema.find("timeouts")->block);
}

TEST_CASE("a value goes through a model unchanged") {
  Value value = outer();
  Value inner = Value::object({{"key", text("k")}, {"number", Value::unknown()}});
  value.set_member("zulu", text("z"));
  value.set_member("plain", Value::list({text("a")}));
  value.set_member("holes", Value::list({Value::null(), Value::unknown(), text("x")}));
  value.set_member("one", inner);
  value.set_member("many", Value::map({{"m", inner}}));
  value.set_member("numbers", Value::set({Value::number(2), Value::number(1)}));
  value.set_member("anything", Value::typed(Type::boolean(), Value::boolean(true)));
  value.set_member("ratio", Value::number(*Number::parse("0.1")));
  value.set_member("timeouts", Value::object({{"create", text("3m")}}));
  Outer model;
  REQUIRE(codec::Codec<Outer>::read(value, model));
  CHECK(model.one->number.is_unknown());
  CHECK(*model.holes->at(2) == "x");
  CHECK(codec::Codec<Outer>::write(model) == value);
}

TEST_CASE("an element that has no room for null is an error at its path, for unknown the whole is unknown") {
  Outer model;
  Value value = outer();
  value.set_member("plain", Value::list({text("a"), Value::unknown()}));
  REQUIRE(codec::Codec<Outer>::read(value, model));
  CHECK(model.plain.is_unknown());
  value.set_member("plain", Value::list({text("a"), Value::null()}));
  auto status = codec::Codec<Outer>::read(value, model);
  REQUIRE_FALSE(status);
  CHECK(path_of(model_of<Outer>().schema, status.error().attribute).text() == "plain[1]");
  value.set_member("plain", Value::null());
  value.set_member("numbers", Value::set({Value::number(*Number::parse("1.5"))}));
  CHECK_FALSE(codec::Codec<Outer>::read(value, model));
}

TEST_CASE("an engine error becomes a diagnostic at its attribute") {
  Error error = ask("the address is in use", "10.0.0.1", "choose another one", {"many", "m", "key"});
  Diagnostics diagnostics;
  diagnostics.add(doing("adding a node", error), &model_of<Outer>().schema);
  const auto& d = diagnostics.all()[0];
  CHECK(d.summary == "Adding a node");
  CHECK(d.path.text() == "many[\"m\"].key");
  CHECK(d.detail.find("10.0.0.1") != std::string::npos);
  CHECK(d.detail.find("hoose another one") != std::string::npos);
  CHECK(diagnostics.has_error());
}
