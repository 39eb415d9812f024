#include <unistd.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>

#include "provider/framework/docs.h"
#include "provider/framework/msgpack.h"
#include "provider/framework/operations.h"
#include "tests/support/temporary_folder.h"
#include "tests/test-provider/things.h"

using namespace microstack;
using namespace microstack::terraform;

namespace {

Value text(std::string value) {
  return Value::string(std::move(value));
}

// The test provider's resource over a world of its own.
struct Stage {
  Stage() { world.open(folder); }

  void turn_on(const std::string& name, const std::string& how = "") {
    std::filesystem::create_directories(folder / "switches");
    std::ofstream(folder / "switches" / name) << how;
  }
  void turn_off(const std::string& name) { std::filesystem::remove(folder / "switches" / name); }
  std::string log() const {
    std::ifstream in(folder / "log");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  // A configuration of the resource: everything null but these.
  Value config(std::map<std::string, Value> set) const {
    Value out = empty_object(resource->schema().type);
    for (auto& [name, value] : set) out.set_member(name, value);
    return out;
  }
  // What core proposes: configured values, and prior ones of what is computed and not configured.
  Value proposed(const Value& prior, const Value& config) const {
    Value out = config;
    const auto& attributes = resource->schema().attributes;
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (attributes[i].write_only) out.members()[i].value = Value::null();
      if (!prior.is_null() && attributes[i].computed && config.members()[i].value.is_null())
        out.members()[i].value = prior.members()[i].value;
    }
    return out;
  }
  PlannedChange plan(const Value& prior, const Value& config) {
    Call call("mstest_thing: plan");
    auto out = plan_resource(*resource, prior, config, proposed(prior, config), call);
    said = call.diagnostics();
    saved = call.saved();
    return out;
  }
  Value apply(const Value& prior, const Value& planned, const Value& config) {
    Call call("mstest_thing: apply");
    call.saved() = saved;
    Value out = apply_resource(*resource, prior, planned, config, call);
    said = call.diagnostics();
    saved = call.saved();
    return out;
  }
  Value create(const Value& config) { return apply({}, plan({}, config).state, config); }
  Value read(const Value& state) {
    Call call("mstest_thing: read");
    call.saved() = saved;
    Value out = read_resource(*resource, state, call);
    said = call.diagnostics();
    return out;
  }
  std::string error() const {
    for (const auto& d : said.all()) {
      if (d.severity == Diagnostic::Severity::error)
        return d.path.text() + (d.path.empty() ? "" : ": ") + d.summary + " | " + d.detail;
    }
    return {};
  }
  bool says(const std::string& part) const { return error().find(part) != std::string::npos; }

  testing::TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path;
  mstest::World world;
  std::unique_ptr<AnyResource> resource = mstest::thing(world);
  Diagnostics said;
  Private saved;
};

}  // namespace

TEST_CASE("a resource is created, read, updated and removed, and a second plan is empty") {
  Stage stage;
  Value config =
      stage.config({{"name", text("n")}, {"ratio", Value::number(*Number::parse("0.33333333333333333333"))}});
  auto plan = stage.plan({}, config);
  CHECK(stage.error() == "");
  CHECK(plan.state.find("id")->is_unknown());
  CHECK(*plan.state.find("size") == Value::number(10));
  CHECK(*plan.state.find("drift") == Value::list({}));
  Value state = stage.apply({}, plan.state, config);
  CHECK(stage.error() == "");
  CHECK(*state.find("id") == text("thing-1"));
  CHECK(stage.read(state) == state);
  CHECK(stage.plan(state, config).state == state);

  config.set_member("size", Value::number(20));
  plan = stage.plan(state, config);
  CHECK(*plan.state.find("id") == text("thing-1"));
  CHECK(plan.state.find("revision")->is_unknown());
  CHECK(plan.replace.empty());
  state = stage.apply(state, plan.state, config);
  CHECK(stage.error() == "");
  CHECK(*state.find("size") == Value::number(20));

  CHECK(stage.apply(state, {}, {}).is_null());
  CHECK(stage.read(state).is_null());
}

TEST_CASE("a changed name replaces, and so does what plan asks for") {
  Stage stage;
  Value config = stage.config({{"name", text("n")}});
  Value state = stage.create(config);
  config.set_member("name", text("m"));
  CHECK(stage.plan(state, config).replace == std::vector<Path>{Path("name")});
  stage.turn_on("plan", "replace");
  CHECK(stage.plan(state, config).replace == std::vector<Path>{Path("name"), Path("size")});
}

TEST_CASE("drift is read, shows as one update, and is repaired") {
  Stage stage;
  Value config = stage.config({{"name", text("n")}});
  Value state = stage.create(config);
  REQUIRE(stage.world.put("thing", "thing-1", {{"name", "n"}, {"size", "77"}}));
  Value drifted = stage.read(state);
  CHECK(*drifted.find("drift") == Value::list({text("size is 77")}));
  auto plan = stage.plan(drifted, config);
  CHECK(plan.state != drifted);
  CHECK(*plan.state.find("drift") == Value::list({}));
  CHECK(plan.replace.empty());
  Value repaired = stage.apply(drifted, plan.state, config);
  CHECK(stage.read(repaired) == repaired);
}

TEST_CASE("a resource is dropped only on proof of absence") {
  Stage stage;
  Value state = stage.create(stage.config({{"name", text("n")}}));
  stage.turn_on("unreachable");
  CHECK(stage.read(state) == state);
  CHECK(stage.says("The world cannot be reached"));
  CHECK(stage.says("try again"));
}

TEST_CASE("private data come back in later calls") {
  Stage stage;
  Value state = stage.create(stage.config({{"name", text("n")}}));
  CHECK(stage.saved == Private{{"made", "n"}, {"planned", "create"}});
  stage.read(state);
  CHECK(stage.log().find("made as n") != std::string::npos);
}

TEST_CASE("a write-only value reaches create and is in no state") {
  Stage stage;
  Value config = stage.config(
      {{"name", text("n")}, {"password_wo", text("hunter2")}, {"password_wo_version", Value::number(1)}});
  auto plan = stage.plan({}, config);
  CHECK(plan.state.find("password_wo")->is_null());
  Value state = stage.apply({}, plan.state, config);
  CHECK(stage.error() == "");
  CHECK(state.find("password_wo")->is_null());
  CHECK(stage.log().find("password of 7 letters") != std::string::npos);
}

TEST_CASE("a create that fails halfway returns what exists") {
  Stage stage;
  stage.turn_on("create", "partly");
  Value state = stage.create(stage.config({{"name", text("n")}}));
  CHECK(stage.says("Half of it is there"));
  REQUIRE(state.is_known());
  CHECK(*state.find("id") == text("thing-1"));
  CHECK(state.wholly_known());
}

TEST_CASE("a create that fails before anything exists returns no state") {
  Stage stage;
  stage.world.open("/proc/nowhere");
  CHECK(stage.create(stage.config({{"name", text("n")}})).is_null());
  CHECK(stage.says("Cannot write an object"));
}

TEST_CASE("a resumable create that fails returns no state, says so, and goes on the next time") {
  Stage stage;
  stage.resource = mstest::resumable(stage.world);
  Value config = stage.config({{"name", text("n")}});
  CHECK(stage.create(config).is_null());
  CHECK(stage.says("The second half is missing"));
  CHECK(stage.says("`terraform apply` goes on from there"));
  Value state = stage.create(config);
  CHECK(stage.error() == "");
  CHECK(*state.find("attempts") == Value::number(2));
}

TEST_CASE("a failed update keeps the prior state, unless the author says what is true now") {
  Stage stage;
  Value config = stage.config({{"name", text("n")}});
  Value state = stage.create(config);
  config.set_member("size", Value::number(20));
  auto plan = stage.plan(state, config);
  stage.turn_on("update", "partly");
  CHECK(stage.apply(state, plan.state, config) == state);
  CHECK_FALSE(stage.error().empty());
  stage.turn_on("update", "keep");
  CHECK(*stage.apply(state, plan.state, config).find("size") == Value::number(20));
  CHECK_FALSE(stage.error().empty());
}

TEST_CASE("a result that is not as planned is the author's bug, with resource and attribute named") {
  Stage stage;
  stage.turn_on("create", "other size");
  Value state = stage.create(stage.config({{"name", text("n")}}));
  CHECK(stage.error().starts_with(
      "size: A bug in the provider: mstest_thing: apply broke a promise | size is not what was planned."));
  CHECK(state.is_known());  // it exists, so it is not lost
  stage.turn_on("create", "unknown");
  state = stage.create(stage.config({{"name", text("n")}}));
  CHECK(stage.says("revision is still unknown"));
  CHECK(state.wholly_known());
}

TEST_CASE("a plan that changes a configured value is the author's bug") {
  Stage stage;
  stage.turn_on("plan", "other size");
  stage.plan({}, stage.config({{"name", text("n")}, {"size", Value::number(5)}}));
  CHECK(stage.says("size is planned to be something else than what is configured"));
}

TEST_CASE("what author code throws is a diagnostic") {
  Stage stage;
  stage.turn_on("plan", "throw");
  stage.plan({}, stage.config({{"name", text("n")}}));
  CHECK(stage.says("A bug in the provider: thrown in plan"));
  stage.turn_off("plan");
  stage.turn_on("create", "throw");
  stage.create(stage.config({{"name", text("n")}}));
  CHECK(stage.says("thrown on purpose"));
}

TEST_CASE("an error about an attribute points at it, and a failed removal keeps the state") {
  Stage stage;
  Value state = stage.create(stage.config({{"name", text("n")}}));
  stage.turn_on("undeletable");
  CHECK(stage.apply(state, {}, {}) == state);
  CHECK(stage.error() == "name: The thing is in use | Where: thing-1\n\nStop its users.");
}

TEST_CASE("a planned removal can warn") {
  Stage stage;
  Value state = stage.create(stage.config({{"name", text("n")}}));
  stage.turn_on("guests");
  Call call("mstest_thing: plan");
  CHECK(plan_resource(*stage.resource, state, {}, {}, call).state.is_null());
  REQUIRE(call.diagnostics().all().size() == 1);
  CHECK(call.diagnostics().all()[0].severity == Diagnostic::Severity::warning);
}

TEST_CASE("unknown elements survive a model that has no room for them") {
  Stage stage;
  Value tags = Value::list({text("a"), Value::unknown()});
  auto plan = stage.plan({}, stage.config({{"name", text("n")}, {"tags", tags}}));
  CHECK(stage.error() == "");
  CHECK(*plan.state.find("tags") == tags);
}

TEST_CASE("a text that differs only in blanks is no change") {
  Stage stage;
  Value config = stage.config({{"name", text("n")}, {"json", text("{\"a\":1}")}});
  Value state = stage.create(config);
  config.set_member("json", text("{ \"a\": 1 }"));
  CHECK(stage.plan(state, config).state == state);
}

TEST_CASE("saved states are read leniently and upgraded") {
  Stage stage;
  Call call("mstest_thing: upgrade");
  Value state =
      upgrade_resource(*stage.resource, 0, R"({"id":"thing-1","name":"n","gib":"12","gone":[1]})", call);
  CHECK_FALSE(call.diagnostics().has_error());
  CHECK(*state.find("size") == Value::number(12));
  CHECK(conforms(state, stage.resource->schema().type));
  upgrade_resource(*stage.resource, 2, "{", call);
  CHECK(call.diagnostics().has_error());
  Call other("mstest_slow: upgrade");
  upgrade_resource(*mstest::slow(stage.world), 1, "{}", other);
  CHECK(other.diagnostics().all()[0].detail.find("no way from it") != std::string::npos);
}

TEST_CASE("an import by id or by identity gives a state that read completes") {
  Stage stage;
  Value config = stage.config({{"name", text("n")}});
  Value made = stage.create(config);
  for (bool by_identity : {false, true}) {
    Call call("mstest_thing: import");
    Value identity = identity_of(stage.resource->schema(), made);
    CHECK(identity == Value::object({{"id", text("thing-1")}}));
    Value state = import_resource(*stage.resource, {by_identity ? "" : "thing-1", by_identity},
                                  by_identity ? identity : Value(), call);
    CHECK_FALSE(call.diagnostics().has_error());
    state = stage.read(state);
    CHECK(stage.error() == "");
    CHECK(stage.plan(state, config).state == state);
  }
}

TEST_CASE("a resource of another type is moved, or refused with a way out") {
  Stage stage;
  Call call("mstest_thing: move");
  MovedFrom from{"registry.terraform.io/x/other", "other_thing", 0, *parse_json(R"({"key":"thing-1"})")};
  CHECK(*move_resource(*stage.resource, from, call).find("id") == text("thing-1"));
  from.type = "other_rock";
  CHECK(move_resource(*stage.resource, from, call).is_null());
  CHECK(call.diagnostics().all()[0].detail.find("other_rock") != std::string::npos);
}

TEST_CASE("time limits come from the timeouts block, else from the schema") {
  Stage stage;
  stage.resource = mstest::slow(stage.world);
  Value config = stage.config({{"milliseconds", Value::number(0)}});
  for (bool set : {false, true}) {
    if (set) config.set_member("timeouts", Value::object({{"create", text("2m")}}));
    Call call("mstest_slow: apply");
    auto before = Call::Clock::now();
    apply_resource(*stage.resource, {}, stage.plan({}, config).state, config, call);
    REQUIRE(call.deadline());
    auto limit = std::chrono::round<std::chrono::minutes>(*call.deadline() - before);
    CHECK(limit == std::chrono::minutes(set ? 2 : 60));
  }
}

TEST_CASE("a stopped create ends at once and says why") {
  Stage stage;
  stage.resource = mstest::slow(stage.world);
  Value config = stage.config({{"milliseconds", Value::number(600000)}});
  Call call("mstest_slow: apply");
  call.cancel(Call::Cause::stopped);
  CHECK(apply_resource(*stage.resource, {}, stage.plan({}, config).state, config, call).is_null());
  CHECK(call.diagnostics().all()[0].detail.find("Terraform was asked to stop") != std::string::npos);
}

TEST_CASE("a resource whose schema is data works like any other") {
  Stage stage;
  stage.resource = mstest::component(
      stage.world, "alpha",
      {named("workers", Type::number()).default_value(Value::number(2)).doc("x").attribute});
  Value config = stage.config({});
  Value state = stage.create(config);
  CHECK(stage.error() == "");
  CHECK(*state.find("id") == text("alpha-1"));
  CHECK(stage.read(state) == state);
  CHECK(stage.plan(state, config).state == state);
}

TEST_CASE("functions read their arguments by type and blame the right one") {
  auto functions = mstest::functions();
  const auto& greet = functions[0];
  CHECK(greet.summary == "Greets somebody");
  CHECK(greet.parameters.size() == 2);
  CHECK(greet.parameters[1].null_allowed);
  CHECK(greet.variadic->name == "titles");
  CHECK(*greet.call({text("Ada"), Value::null(), text("Countess"), text("Dr")}) ==
        text("Hello, Countess Dr Ada"));
  CHECK(*greet.call({text("Ada"), text("Hi")}) == text("Hi, Ada"));
  CHECK(greet.call({text(""), Value::null()}).error().attribute == std::vector<std::string>{"name"});
  CHECK(*functions[1].call({Value::list({text("ab")})}) == Value::map({{"ab", Value::number(2)}}));
}

TEST_CASE("the test provider's schemas are sound, and broken ones are all named at once") {
  Stage stage;
  CHECK(mstest::make_provider(stage.world).check());
  Provider broken("p", "1");
  broken.add(mstest::component(stage.world, "Alpha", {named("count", Type::number()).doc("x").attribute}));
  broken.add(mstest::list_of_things(stage.world));
  auto status = broken.check();
  REQUIRE_FALSE(status);
  CHECK(status.error().causes.size() == 4);
}

TEST_CASE("the docs have a page for each thing, with what the schema knows") {
  Stage stage;
  std::filesystem::create_directories(stage.folder / "examples/resources/mstest_thing");
  std::ofstream(stage.folder / "examples/resources/mstest_thing/resource.tf")
      << "resource \"mstest_thing\" \"x\" {}\n";
  auto pages = docs_pages(mstest::make_provider(stage.world), stage.folder);
  for (auto page :
       {"index.md", "resources/thing.md", "resources/alpha.md", "data-sources/things.md",
        "ephemeral-resources/token.md", "functions/greet.md", "list-resources/thing.md", "actions/ping.md"}) {
    INFO(page);
    CHECK(pages.count(page) == 1);
  }
  const auto& thing = pages["resources/thing.md"];
  for (auto part : {"page_title: \"mstest_thing Resource\"", "resource \"mstest_thing\" \"x\" {}",
                    "### Required\n\n- `name` (String) Its name. Must be lower case letters, digits and -. "
                    "Changing this forces a new resource.",
                    "- `size` (Number) Its size in GiB. Between 1 and 512. Default: `10`.",
                    "(see [below for nested schema](#nestedatt--ports))", "### Nested Schema for `ports`",
                    "id = \"thing-1\""}) {
    INFO(part);
    INFO(thing);
    CHECK(thing.find(part) != std::string::npos);
  }
}

TEST_CASE("planning a thousand resources costs little") {
  Stage stage;
  Value config = stage.config({{"name", text("n")}});
  Value state = stage.create(config), proposed = stage.proposed(state, config);
  std::string wire = to_msgpack(state), offered = to_msgpack(proposed), written = to_msgpack(config);
  const Type& type = stage.resource->schema().type;
  auto begin = std::clock();
  for (int i = 0; i < 1000; ++i) {
    Call call("mstest_thing: plan");
    auto plan = plan_resource(*stage.resource, *from_msgpack(wire, type), *from_msgpack(written, type),
                              *from_msgpack(offered, type), call);
    to_msgpack(plan.state);
  }
  double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  WARN("1000 plans took " << seconds << " s of CPU");
  CHECK(seconds < 5);  // with sanitizers and without optimisation; 0.1 s else
}
