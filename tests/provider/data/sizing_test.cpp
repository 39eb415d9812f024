#include <catch2/catch.hpp>

#include "provider/data/sources.h"
#include "provider/framework/operations.h"

using namespace microstack;
using namespace microstack::terraform;

namespace {

Value read_with(std::vector<std::string> components, Call& call) {
  Clouds clouds(Catalogue::load_embedded().value());
  const auto source = provider::sizing_source(clouds);
  Value config = empty_object(source->schema().type);
  Value::Items names;
  for (auto& name : components) names.push_back(Value::string(std::move(name)));
  if (!names.empty()) config.set_member("components", Value::list(std::move(names)));
  return read_data_source(*source, config, call);
}

std::int64_t number(const Value& state, const char* name) {
  return state.find(name)->as_number().integer().value();
}

}  // namespace

TEST_CASE("without components it is what every cluster has, and each optional one adds to that") {
  Call call("microstack_sizing: read");
  const Value core = read_with({}, call);
  REQUIRE_FALSE(call.diagnostics().has_error());
  CHECK(number(core, "memory_mib") > 0);
  const auto catalogue = Catalogue::load_embedded().value();
  CHECK(core.find("installed")->items().size() == catalogue.closure(catalogue.core()).value().size());
  for (const auto& component : catalogue.components()) {
    if (!component.optional) continue;
    INFO(component.name);
    const Value with = read_with({component.name}, call);
    CHECK(number(with, "memory_mib") >= number(core, "memory_mib") + component.memory_mib);
    CHECK(number(with, "disk_mib") >= number(core, "disk_mib"));
  }
}

TEST_CASE("a component that does not exist is an error at the attribute that names it") {
  Call call("microstack_sizing: read");
  CHECK(read_with({"teapot"}, call).is_null());
  REQUIRE(call.diagnostics().has_error());
  CHECK_THAT(call.diagnostics().all()[0].summary + call.diagnostics().all()[0].detail,
             Catch::Contains("teapot"));
  CHECK(call.diagnostics().all()[0].path.text().rfind("components", 0) == 0);
}
