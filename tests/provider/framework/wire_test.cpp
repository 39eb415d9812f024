// The service on the wire, as no Terraform of today's machines calls it yet: identity, lists, actions,
// metadata; and what goes wrong with requests themselves.
#include "tests/support/temporary_folder.h"
#include "tests/support/wire/provider.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/wire/value.h"

using namespace microstack;
using nlohmann::json;

namespace {

struct Stage {
  Stage() {
    provider = std::move(wire::Provider::start({.program = MSTEST_PROGRAM,
                                                .environment = {{"MSTEST_FOLDER", folder.string()}}}))
                   .value();
    tfplugin6::ConfigureProvider::Request request;
    *request.mutable_config() = wire::dynamic({{"folder", folder.string()}});
    tfplugin6::ConfigureProvider::Response response;
    call(&tfplugin6::Provider::Stub::ConfigureProvider, request, response);
    REQUIRE(response.diagnostics_size() == 0);
  }

  template <class Method, class Request, class Response>
  void call(Method method, const Request& request, Response& response) {
    grpc::ClientContext context;
    auto status = (provider->rpc().*method)(&context, request, &response);
    INFO(status.error_message());
    REQUIRE(status.ok());
  }

  // All attributes of the thing, null but for these.
  static json thing(json set) {
    json out;
    for (auto name :
         {"id", "name", "size", "ratio", "enabled", "tags", "zones", "labels", "ports", "anything", "json",
          "password_wo", "password_wo_version", "by_name", "by_address", "revision", "drift", "timeouts"}) {
      out[name] = nullptr;
    }
    out.update(set);
    return out;
  }

  tfplugin6::ApplyResourceChange::Response create(const std::string& name) {
    json config = thing({{"name", name}}), proposed = config;
    tfplugin6::PlanResourceChange::Request plan;
    plan.set_type_name("mstest_thing");
    *plan.mutable_config() = wire::dynamic(config);
    *plan.mutable_proposed_new_state() = wire::dynamic(proposed);
    *plan.mutable_prior_state() = wire::dynamic(nullptr);
    tfplugin6::PlanResourceChange::Response planned;
    call(&tfplugin6::Provider::Stub::PlanResourceChange, plan, planned);
    REQUIRE(planned.diagnostics_size() == 0);
    CHECK_FALSE(planned.has_planned_identity());  // not known yet
    tfplugin6::ApplyResourceChange::Request apply;
    apply.set_type_name("mstest_thing");
    *apply.mutable_prior_state() = wire::dynamic(nullptr);
    *apply.mutable_planned_state() = planned.planned_state();
    *apply.mutable_config() = wire::dynamic(config);
    apply.set_planned_private(planned.planned_private());
    tfplugin6::ApplyResourceChange::Response applied;
    call(&tfplugin6::Provider::Stub::ApplyResourceChange, apply, applied);
    REQUIRE(applied.diagnostics_size() == 0);
    return applied;
  }

  testing::TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path;
  std::unique_ptr<wire::Provider> provider;
};

using Stub = tfplugin6::Provider::Stub;

}  // namespace

TEST_CASE("metadata and functions name everything the schema has") {
  Stage stage;
  tfplugin6::GetProviderSchema::Response schema;
  stage.call(&Stub::GetProviderSchema, tfplugin6::GetProviderSchema::Request(), schema);
  tfplugin6::ProviderMetadata::Response metadata;
  stage.call(&Stub::GetMetadata, tfplugin6::ProviderMetadata::Request(), metadata);
  CHECK(metadata.resources_size() == schema.resource_schemas_size());
  CHECK(metadata.data_sources_size() == schema.data_source_schemas_size());
  CHECK(metadata.ephemeral_resources_size() == schema.ephemeral_resource_schemas_size());
  CHECK(metadata.functions_size() == schema.functions_size());
  CHECK(metadata.list_resources_size() == schema.list_resource_schemas_size());
  CHECK(metadata.actions_size() == schema.action_schemas_size());
}

TEST_CASE("the schema says what this provider can do and is the same every time") {
  Stage stage;
  tfplugin6::GetProviderSchema::Response schema, again;
  stage.call(&Stub::GetProviderSchema, tfplugin6::GetProviderSchema::Request(), schema);
  stage.call(&Stub::GetProviderSchema, tfplugin6::GetProviderSchema::Request(), again);
  CHECK(schema.server_capabilities().get_provider_schema_optional());
  CHECK(schema.server_capabilities().plan_destroy());
  CHECK(schema.server_capabilities().move_resource_state());
  CHECK(schema.provider().has_block());
  CHECK(schema.resource_schemas().at("mstest_thing").version() == 2);
  CHECK(schema.resource_schemas().at("mstest_thing").block().block_types(0).type_name() == "timeouts");
  CHECK(again.ByteSizeLong() == schema.ByteSizeLong());
}

TEST_CASE("identity comes with create and read, and a resource is imported by it") {
  Stage stage;
  tfplugin6::GetResourceIdentitySchemas::Response schemas;
  stage.call(&Stub::GetResourceIdentitySchemas, tfplugin6::GetResourceIdentitySchemas::Request(), schemas);
  REQUIRE(schemas.identity_schemas().count("mstest_thing") == 1);
  CHECK(schemas.identity_schemas().at("mstest_thing").identity_attributes(0).name() == "id");
  CHECK(schemas.identity_schemas().count("mstest_slow") == 0);

  auto applied = stage.create("a");
  json identity = {{"id", "thing-1"}};
  CHECK(wire::json(applied.new_identity().identity_data()) == identity);

  tfplugin6::ImportResourceState::Request import;
  import.set_type_name("mstest_thing");
  *import.mutable_identity()->mutable_identity_data() = wire::dynamic(identity);
  tfplugin6::ImportResourceState::Response imported;
  stage.call(&Stub::ImportResourceState, import, imported);
  REQUIRE(imported.imported_resources_size() == 1);
  CHECK(wire::json(imported.imported_resources(0).state())["id"] == "thing-1");
  CHECK(wire::json(imported.imported_resources(0).identity().identity_data()) == identity);

  tfplugin6::ReadResource::Request read;
  read.set_type_name("mstest_thing");
  *read.mutable_current_state() = imported.imported_resources(0).state();
  tfplugin6::ReadResource::Response now;
  stage.call(&Stub::ReadResource, read, now);
  CHECK(wire::json(now.new_state())["name"] == "a");
  CHECK(wire::json(now.new_identity().identity_data()) == identity);

  tfplugin6::UpgradeResourceIdentity::Request upgrade;
  upgrade.set_type_name("mstest_thing");
  upgrade.mutable_raw_identity()->set_json(R"({"id":"thing-1","gone":1})");
  tfplugin6::UpgradeResourceIdentity::Response upgraded;
  stage.call(&Stub::UpgradeResourceIdentity, upgrade, upgraded);
  CHECK(wire::json(upgraded.upgraded_identity().identity_data()) == identity);
}

TEST_CASE("a list streams what there is, up to its limit") {
  Stage stage;
  for (auto name : {"alpha", "able", "beta"}) stage.create(name);
  auto listed = [&](json prefix, std::int64_t limit, bool with_object) {
    tfplugin6::ListResource::Request request;
    request.set_type_name("mstest_thing");
    *request.mutable_config() = wire::dynamic({{"prefix", prefix}});
    request.set_limit(limit);
    request.set_include_resource_object(with_object);
    grpc::ClientContext context;
    auto reader = stage.provider->rpc().ListResource(&context, request);
    std::vector<tfplugin6::ListResource::Event> events;
    for (tfplugin6::ListResource::Event event; reader->Read(&event);) events.push_back(event);
    REQUIRE(reader->Finish().ok());
    return events;
  };
  auto all = listed(nullptr, 0, true);
  REQUIRE(all.size() == 3);
  CHECK(all[0].display_name() == "alpha");
  CHECK(wire::json(all[0].identity().identity_data()) == json{{"id", "thing-1"}});
  CHECK(wire::json(all[0].resource_object())["name"] == "alpha");
  CHECK(listed("a", 0, false).size() == 2);
  CHECK_FALSE(listed("a", 0, false)[0].has_resource_object());
  CHECK(listed(nullptr, 2, false).size() == 2);
}

TEST_CASE("an action tells its progress and how it ended") {
  Stage stage;
  auto invoked = [&] {
    tfplugin6::InvokeAction::Request request;
    request.set_action_type("mstest_ping");
    *request.mutable_config() = wire::dynamic({{"times", 2}});
    grpc::ClientContext context;
    auto reader = stage.provider->rpc().InvokeAction(&context, request);
    std::vector<tfplugin6::InvokeAction::Event> events;
    for (tfplugin6::InvokeAction::Event event; reader->Read(&event);) events.push_back(event);
    REQUIRE(reader->Finish().ok());
    return events;
  };
  auto events = invoked();
  REQUIRE(events.size() == 3);
  CHECK(events[0].progress().message() == "ping 1");
  REQUIRE(events[2].has_completed());
  CHECK(events[2].completed().diagnostics_size() == 0);
  std::filesystem::create_directories(stage.folder / "switches");
  std::ofstream(stage.folder / "switches" / "ping") << "";
  events = invoked();
  REQUIRE(events.back().completed().diagnostics_size() == 1);
  CHECK(events.back().completed().diagnostics(0).summary() == "Nobody answers");

  tfplugin6::ValidateActionConfig::Request validate;
  validate.set_action_type("mstest_ping");
  *validate.mutable_config() = wire::dynamic({{"times", 99}});
  tfplugin6::ValidateActionConfig::Response validated;
  stage.call(&Stub::ValidateActionConfig, validate, validated);
  REQUIRE(validated.diagnostics_size() == 1);
  CHECK(validated.diagnostics(0).attribute().steps(0).attribute_name() == "times");
}

TEST_CASE("a state of another type is moved") {
  Stage stage;
  stage.create("a");
  tfplugin6::MoveResourceState::Request request;
  request.set_source_type_name("other_thing");
  request.mutable_source_state()->set_json(R"({"key":"thing-1"})");
  request.set_target_type_name("mstest_thing");
  tfplugin6::MoveResourceState::Response response;
  stage.call(&Stub::MoveResourceState, request, response);
  CHECK(wire::json(response.target_state())["id"] == "thing-1");
  request.set_source_type_name("other_rock");
  response.Clear();
  stage.call(&Stub::MoveResourceState, request, response);
  CHECK(response.diagnostics_size() == 1);
}

TEST_CASE("a configuration is generated from a state without what is only computed") {
  Stage stage;
  auto applied = stage.create("a");
  tfplugin6::GenerateResourceConfig::Request request;
  request.set_type_name("mstest_thing");
  *request.mutable_state() = applied.new_state();
  tfplugin6::GenerateResourceConfig::Response response;
  stage.call(&Stub::GenerateResourceConfig, request, response);
  auto config = wire::json(response.config());
  CHECK(config["name"] == "a");
  CHECK(config["id"].is_null());
  CHECK(config["size"].is_null());  // the default
}

TEST_CASE("write-only arguments need a Terraform that has them") {
  Stage stage;
  tfplugin6::ValidateResourceConfig::Request request;
  request.set_type_name("mstest_thing");
  *request.mutable_config() =
      wire::dynamic(Stage::thing({{"name", "a"}, {"password_wo", "s"}, {"password_wo_version", 1}}));
  tfplugin6::ValidateResourceConfig::Response response;
  stage.call(&Stub::ValidateResourceConfig, request, response);
  REQUIRE(response.diagnostics_size() == 1);
  CHECK(response.diagnostics(0).attribute().steps(0).attribute_name() == "password_wo");
  request.mutable_client_capabilities()->set_write_only_attributes_allowed(true);
  response.Clear();
  stage.call(&Stub::ValidateResourceConfig, request, response);
  CHECK(response.diagnostics_size() == 0);
}

TEST_CASE("stopping ends calls in flight, and the next run works") {
  Stage stage;
  json config = {{"id", nullptr}, {"id_first", nullptr}, {"milliseconds", 600000}, {"timeouts", nullptr}};
  tfplugin6::ApplyResourceChange::Request request;
  request.set_type_name("mstest_slow");
  *request.mutable_prior_state() = wire::dynamic(nullptr);
  *request.mutable_config() = wire::dynamic(config);
  auto planned = config;
  planned["id"] = wire::unknown();
  *request.mutable_planned_state() = wire::dynamic(planned);
  tfplugin6::ApplyResourceChange::Response response;
  std::thread create([&] { stage.call(&Stub::ApplyResourceChange, request, response); });
  auto begun = [&] {
    std::ifstream log(stage.folder / "log");
    return std::string(std::istreambuf_iterator<char>(log), {}).find("slow begins") != std::string::npos;
  };
  for (auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
       !begun() && std::chrono::steady_clock::now() < limit;)
    std::this_thread::yield();
  tfplugin6::StopProvider::Response stopped;
  stage.call(&Stub::StopProvider, tfplugin6::StopProvider::Request(), stopped);
  create.join();
  REQUIRE(response.diagnostics_size() == 1);
  CHECK(response.diagnostics(0).detail().find("Terraform was asked to stop") != std::string::npos);
  stage.create("after");
}

TEST_CASE("a time limit ends a create and is named") {
  Stage stage;
  json config = {
      {"id", nullptr}, {"id_first", nullptr}, {"milliseconds", 600000}, {"timeouts", {{"create", "200ms"}}}};
  tfplugin6::ApplyResourceChange::Request request;
  request.set_type_name("mstest_slow");
  *request.mutable_prior_state() = wire::dynamic(nullptr);
  *request.mutable_config() = wire::dynamic(config);
  config["id"] = wire::unknown();
  *request.mutable_planned_state() = wire::dynamic(config);
  tfplugin6::ApplyResourceChange::Response response;
  stage.call(&Stub::ApplyResourceChange, request, response);
  REQUIRE(response.diagnostics_size() == 1);
  CHECK(response.diagnostics(0).detail().find("(timeouts.create) was reached") != std::string::npos);
}

TEST_CASE("a request about an unknown type or with a broken value is answered with a diagnostic") {
  Stage stage;
  tfplugin6::ReadResource::Request request;
  request.set_type_name("mstest_nothing");
  tfplugin6::ReadResource::Response response;
  stage.call(&Stub::ReadResource, request, response);
  CHECK(response.diagnostics(0).summary() == "Unknown type mstest_nothing");
  request.set_type_name("mstest_thing");
  request.mutable_current_state()->set_msgpack("\xdd\xff\xff\xff\xff");
  response.Clear();
  stage.call(&Stub::ReadResource, request, response);
  REQUIRE(response.diagnostics_size() == 1);
}

TEST_CASE("an ephemeral resource is opened, renewed and closed with what it remembers") {
  Stage stage;
  tfplugin6::OpenEphemeralResource::Request open;
  open.set_type_name("mstest_token");
  *open.mutable_config() = wire::dynamic({{"user", "ada"}, {"token", nullptr}});
  tfplugin6::OpenEphemeralResource::Response opened;
  stage.call(&Stub::OpenEphemeralResource, open, opened);
  CHECK(wire::json(opened.result())["token"] == "token of ada");
  CHECK(opened.has_renew_at());
  tfplugin6::RenewEphemeralResource::Request renew;
  renew.set_type_name("mstest_token");
  renew.set_private_(opened.private_());
  tfplugin6::RenewEphemeralResource::Response renewed;
  stage.call(&Stub::RenewEphemeralResource, renew, renewed);
  CHECK(renewed.has_renew_at());
  tfplugin6::CloseEphemeralResource::Request close;
  close.set_type_name("mstest_token");
  close.set_private_(renewed.private_());
  tfplugin6::CloseEphemeralResource::Response closed;
  stage.call(&Stub::CloseEphemeralResource, close, closed);
  CHECK(closed.diagnostics_size() == 0);
}

TEST_CASE("a function's error names the argument") {
  Stage stage;
  tfplugin6::CallFunction::Request request;
  request.set_name("greet");
  *request.add_arguments() = wire::dynamic("");
  *request.add_arguments() = wire::dynamic(nullptr);
  tfplugin6::CallFunction::Response response;
  stage.call(&Stub::CallFunction, request, response);
  REQUIRE(response.has_error());
  CHECK(response.error().function_argument() == 0);
  request.mutable_arguments(0)->CopyFrom(wire::dynamic("Ada"));
  response.Clear();
  stage.call(&Stub::CallFunction, request, response);
  CHECK(wire::json(response.result()) == "Hello, Ada");
}
