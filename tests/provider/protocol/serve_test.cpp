#include "tests/provider/protocol/tiny.h"

namespace microstack {

TEST_CASE("the health service says SERVING for plugin") {
  CHECK(start_tiny()->connection().healthy());
}

TEST_CASE("a call reaches the provider's service and its answer comes back") {
  auto provider = start_tiny();
  tfplugin6::ApplyResourceChange::Response response;
  REQUIRE(apply(provider->rpc(), "x", response).ok());
  CHECK(wire::json(response.new_state()) == nlohmann::json{{"id", "tiny"}, {"input", "x"}});
}

TEST_CASE("a method that the service does not have is unimplemented, which newer Terraforms accept") {
  auto provider = start_tiny();
  grpc::ClientContext context;
  tfplugin6::GetResourceIdentitySchemas::Response response;
  CHECK(provider->rpc().GetResourceIdentitySchemas(&context, {}, &response).error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
  grpc::ClientContext listing;
  auto events = provider->rpc().ListResource(&listing, {});
  tfplugin6::ListResource::Event event;
  CHECK_FALSE(events->Read(&event));
  CHECK(events->Finish().error_code() == grpc::StatusCode::UNIMPLEMENTED);
}

TEST_CASE("an exception becomes an error diagnostic of its call, and the provider goes on") {
  auto provider = start_tiny();
  tfplugin6::ApplyResourceChange::Response failed, next;
  REQUIRE(apply(provider->rpc(), "throw", failed).ok());
  REQUIRE(failed.diagnostics_size() == 1);
  CHECK(failed.diagnostics(0).severity() == tfplugin6::Diagnostic::ERROR);
  CHECK(failed.diagnostics(0).summary() == "Provider Failed in ApplyResourceChange");
  CHECK_THAT(failed.diagnostics(0).detail(), Catch::Contains("the roof is on fire"));
  CHECK(apply(provider->rpc(), "x", next).ok());
}

TEST_CASE("a state of 200 MB passes in both directions") {
  auto provider = start_tiny();
  tfplugin6::ReadResource::Request request;
  tfplugin6::ReadResource::Response response;
  request.mutable_current_state()->mutable_msgpack()->assign(200 << 20, 'x');
  grpc::ClientContext context;
  REQUIRE(provider->rpc().ReadResource(&context, request, &response).ok());
  CHECK(response.new_state().msgpack().size() == 200 << 20);
}

}  // namespace microstack
