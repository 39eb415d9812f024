// What the tests of the protocol share: the tiny provider, started.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <thread>

#include "tests/support/wire/provider.h"
#include "tests/support/wire/value.h"

namespace microstack {

using namespace std::chrono_literals;

inline std::unique_ptr<wire::Provider> start_tiny(std::map<std::string, std::string> environment = {}) {
  auto provider = wire::Provider::start({.program = TINY_PROVIDER, .environment = std::move(environment)});
  if (!provider) FAIL(provider.error().text());
  return std::move(provider).value();
}

// Waits until that many calls of a provider that logs everything (TF_LOG=trace) are in their handlers.
inline void wait_for_calls(const wire::Provider& provider, size_t wanted) {
  auto begun = [&] {
    std::string text = provider.process().errors();
    size_t count = 0;
    for (size_t at = 0; (at = text.find("call begins", at)) != text.npos; ++at) ++count;
    return count;
  };
  auto until = std::chrono::steady_clock::now() + 60s;
  while (begun() < wanted && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  REQUIRE(begun() >= wanted);
}

inline grpc::Status apply(tfplugin6::Provider::Stub& rpc, const std::string& input,
                          tfplugin6::ApplyResourceChange::Response& response) {
  tfplugin6::ApplyResourceChange::Request request;
  request.set_type_name("tiny_thing");
  *request.mutable_planned_state() = wire::dynamic({{"id", wire::unknown()}, {"input", input}});
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 60s);
  return rpc.ApplyResourceChange(&context, request, &response);
}

inline grpc::Status get_schema(tfplugin6::Provider::Stub& rpc,
                               tfplugin6::GetProviderSchema::Response& response) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 60s);
  return rpc.GetProviderSchema(&context, {}, &response);
}

}  // namespace microstack
