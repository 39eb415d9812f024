#include <catch2/catch.hpp>

#include "provider/framework/operations.h"

using namespace microstack;
using namespace microstack::terraform;

namespace {

Value text(std::string value) {
  return Value::string(std::move(value));
}
Value number(int value) {
  return Value::number(value);
}
const Value null;
const Value unknown = Value::unknown();

// A schema with the trait under test beside a plain `name`.
Schema schema_with(Attribute attribute) {
  Schema schema;
  schema.description = "For tests.";
  schema.attributes = {named("name", Type::string()).required().doc("x").attribute, std::move(attribute)};
  return sealed(std::move(schema));
}

Value object(Value name, Value a) {
  return Value::object({{"a", std::move(a)}, {"name", std::move(name)}});
}
Named a(Type type = Type::string()) {
  return named("a", std::move(type));
}

// The planned value of `a`.
Value planned(const Attribute& attribute, const Value& prior, const Value& config, const Value& proposed) {
  return *expected_state(schema_with(attribute), prior, config, proposed).find("a");
}

std::vector<Attribute> child_with_computed() {
  return {named("key", Type::string()).required().doc("x").attribute,
          named("made", Type::string()).computed().keeps().doc("x").attribute};
}
Value child(Value key, Value made) {
  return Value::object({{"key", std::move(key)}, {"made", std::move(made)}});
}

}  // namespace

TEST_CASE("a create plans computed values as unknown and configured ones as they are") {
  auto computed = a().computed().attribute;
  CHECK(planned(computed, null, object(text("n"), null), object(text("n"), null)).is_unknown());
  auto both = a().optional().computed().attribute;
  CHECK(planned(both, null, object(text("n"), text("set")), object(text("n"), text("set"))) == text("set"));
}

TEST_CASE("a plan without a change is the prior state") {
  auto computed = a().computed().attribute;
  CHECK(planned(computed, object(text("n"), text("old")), object(text("n"), null),
                object(text("n"), text("old"))) == text("old"));
}

TEST_CASE("an update makes computed values unknown unless they are kept") {
  Value prior = object(text("n"), text("old")), config = object(text("m"), null),
        proposed = object(text("m"), text("old"));
  CHECK(planned(a().computed().attribute, prior, config, proposed).is_unknown());
  CHECK(planned(a().computed().keeps().attribute, prior, config, proposed) == text("old"));
  CHECK(planned(a().computed().keeps().attribute, object(text("n"), null), config, object(text("m"), null))
            .is_unknown());
}

TEST_CASE("a default stands where the configuration says nothing, also over a prior value") {
  auto attribute = a(Type::number()).default_value(number(7)).attribute;
  CHECK(planned(attribute, null, object(text("n"), null), object(text("n"), null)) == number(7));
  CHECK(planned(attribute, object(text("n"), number(9)), object(text("n"), null),
                object(text("n"), number(9))) == number(7));
  CHECK(planned(attribute, null, object(text("n"), number(9)), object(text("n"), number(9))) == number(9));
  CHECK(planned(attribute, null, object(text("n"), unknown), object(text("n"), unknown)).is_unknown());
}

TEST_CASE("drift is planned away, which is a change of its own") {
  auto drift = a(Type::list(Type::string())).planned_value(Value::list({})).attribute;
  Value drifted = object(text("n"), Value::list({text("x")}));
  CHECK(planned(drift, drifted, object(text("n"), null), drifted) == Value::list({}));
  CHECK(planned(drift, null, object(text("n"), null), object(text("n"), null)) == Value::list({}));
}

TEST_CASE("a write-only value is in no plan") {
  CHECK(planned(a().optional().write_only().attribute, null, object(text("n"), text("secret")),
                object(text("n"), text("secret")))
            .is_null());
}

TEST_CASE("the prior value stays where only the writing differs") {
  auto same = [](const Value& x, const Value& y) { return x.as_string().size() == y.as_string().size(); };
  auto attribute = a().optional().same_if(same).attribute;
  CHECK(planned(attribute, object(text("n"), text("AB")), object(text("n"), text("ab")),
                object(text("n"), text("ab"))) == text("AB"));
  CHECK(planned(attribute, object(text("n"), text("AB")), object(text("n"), text("abc")),
                object(text("n"), text("abc"))) == text("abc"));
}

TEST_CASE("computed values inside nested attributes are matched by index, by key and by element") {
  Value was = child(text("k"), text("old"));
  SECTION("list") {
    auto attribute = named("a", Nesting::list, child_with_computed()).optional().attribute;
    Value config = Value::list({child(text("k"), null), child(text("new"), null)});
    Value proposed = Value::list({child(text("k"), text("old")), child(text("new"), null)});
    Value out = planned(attribute, object(text("n"), Value::list({was})), object(text("n"), config),
                        object(text("n"), proposed));
    CHECK(*out.items()[0].find("made") == text("old"));
    CHECK(out.items()[1].find("made")->is_unknown());
  }
  SECTION("map") {
    auto attribute = named("a", Nesting::map, child_with_computed()).optional().attribute;
    Value config = Value::map({{"x", child(text("k"), null)}, {"y", child(text("new"), null)}});
    Value proposed = Value::map({{"x", was}, {"y", child(text("new"), null)}});
    Value out = planned(attribute, object(text("n"), Value::map({{"x", was}})), object(text("n"), config),
                        object(text("n"), proposed));
    CHECK(*out.find("x")->find("made") == text("old"));
    CHECK(out.find("y")->find("made")->is_unknown());
  }
  SECTION("set") {
    auto attribute = named("a", Nesting::set, child_with_computed()).optional().attribute;
    Value config = Value::set({child(text("new"), null), child(text("k"), null)});
    Value proposed = Value::set({was, child(text("new"), null)});
    Value out = planned(attribute, object(text("n"), Value::set({was})), object(text("n"), config),
                        object(text("n"), proposed));
    CHECK(out == Value::set({was, child(text("new"), unknown)}));
  }
  SECTION("a nested attribute that is computed as a whole") {
    auto attribute = named("a", Nesting::single, child_with_computed()).optional().computed().attribute;
    CHECK(planned(attribute, null, object(text("n"), null), object(text("n"), null)).is_unknown());
  }
  SECTION("an unknown list stays unknown") {
    auto attribute = named("a", Nesting::list, child_with_computed()).optional().attribute;
    CHECK(planned(attribute, null, object(text("n"), unknown), object(text("n"), unknown)).is_unknown());
  }
}

TEST_CASE("what replaces is named by its path, never for a create") {
  auto plain = schema_with(a().required().replaces().attribute);
  Value old = object(text("n"), text("x")), changed = object(text("n"), text("y"));
  CHECK(replacing(plain, old, changed, changed) == std::vector<Path>{Path("a")});
  CHECK(replacing(plain, old, changed, object(text("n"), unknown)) == std::vector<Path>{Path("a")});
  CHECK(replacing(plain, old, old, old).empty());
  CHECK(replacing(plain, null, changed, changed).empty());

  auto grows = schema_with(
      a(Type::number())
          .optional()
          .replaces_if("it shrinks",
                       [](const AttributePlan& p) { return p.planned.as_number() < p.prior.as_number(); })
          .attribute);
  CHECK(replacing(grows, object(text("n"), number(5)), null, object(text("n"), number(9))).empty());
  CHECK(replacing(grows, object(text("n"), number(5)), null, object(text("n"), number(3))).size() == 1);

  auto children = child_with_computed();
  children[0].replaces = true;
  auto list = schema_with(named("a", Nesting::list, children).optional().attribute);
  Value before = object(text("n"), Value::list({child(text("k"), null)})),
        after = object(text("n"), Value::list({child(text("l"), null)}));
  CHECK(replacing(list, before, after, after) == std::vector<Path>{Path("a").index(0).attribute("key")});
  auto set = schema_with(named("a", Nesting::set, children).optional().attribute);
  before = object(text("n"), Value::set({child(text("k"), null)})),
  after = object(text("n"), Value::set({child(text("l"), null)}));
  CHECK(replacing(set, before, after, after) == std::vector<Path>{Path("a")});
}

namespace {

std::string plan_breaks(const Attribute& attribute, const Value& prior, const Value& config,
                        const Value& plan) {
  Value was = prior.is_null() ? prior : object(text("n"), prior);
  auto broken =
      broken_by_plan(schema_with(attribute), was, object(text("n"), config), object(text("n"), plan));
  return broken.empty() ? "" : broken[0].path.text() + " " + broken[0].what;
}

}  // namespace

TEST_CASE("a plan may not change what is configured") {
  auto optional = a().optional().attribute;
  CHECK(plan_breaks(optional, null, text("c"), text("c")).empty());
  CHECK(plan_breaks(optional, text("p"), text("c"), text("p")).empty());  // the prior may be kept
  CHECK(plan_breaks(optional, null, text("c"), text("z")) ==
        "a is planned to be something else than what is configured");
  CHECK(plan_breaks(optional, null, text("c"), unknown) ==
        "a is planned to be something else than what is configured");
  CHECK(plan_breaks(optional, null, unknown, unknown).empty());
}

TEST_CASE("a plan may only decide computed values") {
  CHECK(plan_breaks(a().optional().attribute, null, null, text("z")) ==
        "a is not configured and not computed, and the plan gives it a value");
  CHECK(plan_breaks(a().optional().attribute, null, null, unknown) ==
        "a is not configured and not computed, and the plan gives it a value");
  CHECK(plan_breaks(a().optional().computed().attribute, null, null, text("z")).empty());
}

TEST_CASE("a plan may not hold write-only values") {
  CHECK(plan_breaks(a().optional().write_only().attribute, null, text("s"), text("s")) ==
        "a is write-only and must not be in a plan");
}

TEST_CASE("a plan keeps number and keys of nested attributes") {
  auto list = named("a", Nesting::list, child_with_computed()).optional().attribute;
  Value one = Value::list({child(text("k"), null)});
  CHECK(plan_breaks(list, null, one, Value::list({child(text("k"), text("free"))})).empty());
  CHECK(plan_breaks(list, null, one, Value::list({})) ==
        "a has another number of elements in the plan than in the configuration");
  CHECK(plan_breaks(list, null, one, unknown) == "a is configured, and the plan leaves it out or unknown");
  CHECK(plan_breaks(list, null, one, Value::list({child(text("z"), null)})) ==
        "a[0].key is planned to be something else than what is configured");
  auto map = named("a", Nesting::map, child_with_computed()).optional().attribute;
  CHECK(plan_breaks(map, null, Value::map({{"x", child(text("k"), null)}}),
                    Value::map({{"y", child(text("k"), null)}})) ==
        "a has other keys in the plan than in the configuration");
  auto set = named("a", Nesting::set, child_with_computed()).optional().attribute;
  CHECK(plan_breaks(set, null, Value::set({child(text("k"), null)}), Value::set({})) ==
        "a has another number of elements in the plan than in the configuration");
}

namespace {

std::string result_breaks(const Value& plan, const Value& result) {
  auto schema = schema_with(a(Type::dynamic()).optional().attribute);
  auto broken = broken_by_result(schema, object(text("n"), plan), object(text("n"), result));
  return broken.empty() ? "" : broken[0].path.text() + " " + broken[0].what;
}

}  // namespace

TEST_CASE("a result keeps every known planned value") {
  CHECK(result_breaks(text("p"), text("p")).empty());
  CHECK(result_breaks(text("p"), text("q")) == "a is not what was planned");
  CHECK(result_breaks(null, text("q")) == "a was planned to be null and has a value now");
  CHECK(result_breaks(text("p"), null) == "a was planned to have a value and is null now");
  CHECK(result_breaks(number(1), Value::number(*Number::parse("1.0"))).empty());
  CHECK(result_breaks(Value::list({text("p")}), Value::list({})) ==
        "a has another number of elements than planned");
  CHECK(result_breaks(Value::list({text("p"), unknown}), Value::list({text("q"), text("r")})) ==
        "a[0] is not what was planned");
  CHECK(result_breaks(Value::map({{"x", text("p")}}), Value::map({{"y", text("p")}})) ==
        "a[\"x\"] was planned and is not there");
  CHECK(result_breaks(Value::map({}), Value::map({{"y", text("p")}})) == "a has keys that were not planned");
}

TEST_CASE("an unknown planned value may become anything that fits what was said about it") {
  CHECK(result_breaks(unknown, text("x")).empty());
  CHECK(result_breaks(unknown, null).empty());
  CHECK(result_breaks(Value::unknown({.not_null = true}), null) ==
        "a is not what the plan said about the unknown value");
  CHECK(result_breaks(Value::unknown({.prefix = "ami-"}), text("ami-1")).empty());
  CHECK_FALSE(result_breaks(Value::unknown({.prefix = "ami-"}), text("x")).empty());
  CHECK_FALSE(result_breaks(Value::unknown({.lower = Refinement::Bound{3, false}}), number(3)).empty());
  CHECK_FALSE(result_breaks(Value::unknown({.longest = 1}), Value::list({text("a"), text("b")})).empty());
}

TEST_CASE("elements of a set correlate both ways and do not become more") {
  CHECK(result_breaks(Value::set({text("a"), unknown}), Value::set({text("b"), text("a")})).empty());
  CHECK(result_breaks(Value::set({unknown, unknown}), Value::set({text("a")})).empty());
  CHECK(result_breaks(Value::set({text("a")}), Value::set({text("b")})) ==
        "a has other elements than planned");
  CHECK(result_breaks(Value::set({unknown}), Value::set({text("a"), text("b")})) ==
        "a has other elements than planned");
}

TEST_CASE("a state fits its schema, is wholly known and holds nothing write-only") {
  auto schema = schema_with(a().optional().write_only().attribute);
  CHECK(broken_by_state(schema, object(text("n"), null)).empty());
  CHECK(broken_by_state(schema, object(text("n"), text("s")))[0].what ==
        "is write-only and must not be in the state");
  CHECK(broken_by_state(schema, object(unknown, null))[0].what == "is still unknown");
  CHECK(broken_by_state(schema, object(unknown, null), false).empty());
  auto broken = broken_by_state(schema, object(number(1), null));
  CHECK(broken[0].path == Path("name"));
  CHECK(broken[0].what == "does not fit the schema: a string is required, not a number");
}

TEST_CASE("a number that went through a double gets its digits back") {
  Value reference = object(text("n"), Value::number(*Number::parse("0.33333333333333333333333333")));
  Value value = object(text("n"), Value::number(Number::of(1.0 / 3)));
  REQUIRE(reference != value);
  settle_numbers(reference, value);
  CHECK(reference == value);
  value = object(text("n"), Value::number(Number::of(0.5)));
  settle_numbers(reference, value);
  CHECK(reference != value);
}

TEST_CASE("write-only values reach create and nothing that comes out of it") {
  std::vector<Attribute> children = {
      named("secret", Type::string()).optional().write_only().doc("x").attribute};
  auto schema = schema_with(named("a", Nesting::list, children).optional().attribute);
  Value config = object(text("n"), Value::list({Value::object({{"secret", text("s")}})}));
  Value state = object(text("n"), Value::list({Value::object({{"secret", null}})}));
  Value kept = state;
  add_write_only(schema.attributes, config, state);
  CHECK(state == config);
  drop_write_only(schema.attributes, state);
  CHECK(state == kept);
}
