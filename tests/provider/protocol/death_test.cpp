#include <csignal>
#include <future>

#include <nlohmann/json.hpp>

#include "tests/provider/protocol/tiny.h"

namespace microstack {
namespace {

bool exists(const std::string& path) {
  return std::filesystem::exists(path);
}

// A provider started with -debug, and where it listens.
struct ByHand {
  wire::Process process;
  std::string socket;
};

ByHand start_by_hand() {
  auto process = wire::Process::start({TINY_PROVIDER, "-debug"}, {{"TF_PLUGIN_MAGIC_COOKIE", ""}}).value();
  std::string line;
  while (line.find("TF_REATTACH_PROVIDERS='") == line.npos) line = process.line(60s).value();
  auto text = line.substr(line.find('\'') + 1);
  auto value = nlohmann::json::parse(text.substr(0, text.rfind('\'')));
  return {std::move(process), value["terraform.local/test/tiny"]["Addr"]["String"]};
}

}  // namespace

TEST_CASE("Shutdown ends the provider with 0 within two seconds and leaves no socket") {
  auto provider = start_tiny();
  REQUIRE(provider->connection().healthy());
  CHECK(provider->shut_down().value() == 0);
  CHECK_FALSE(exists(provider->handshake().address));
}

TEST_CASE("Shutdown does not wait for a call that does not listen") {
  auto provider = start_tiny({{"TF_LOG", "trace"}});
  auto deaf = std::async(std::launch::async, [&] {
    tfplugin6::ApplyResourceChange::Response response;
    return apply(provider->rpc(), "deaf", response).error_code();
  });
  wait_for_calls(*provider, 1);
  CHECK(provider->shut_down().value() == 0);
  CHECK_FALSE(exists(provider->handshake().address));
  CHECK(deaf.get() != grpc::StatusCode::OK);
}

TEST_CASE("SIGINT is ignored and SIGTERM ends the provider") {
  auto provider = start_tiny();
  provider->process().signal(SIGINT);
  REQUIRE(provider->connection().healthy());
  provider->process().signal(SIGTERM);
  CHECK(provider->process().wait(2s) == 0);
  CHECK_FALSE(exists(provider->handshake().address));
}

TEST_CASE("SIGTERM gives a call in flight the time to answer") {
  auto provider = start_tiny({{"TF_LOG", "trace"}});
  auto create = std::async(std::launch::async, [&] {
    tfplugin6::ApplyResourceChange::Response response;
    return apply(provider->rpc(), "wait", response).ok() ? response.diagnostics_size() : -1;
  });
  wait_for_calls(*provider, 1);
  provider->process().signal(SIGTERM);
  CHECK(create.get() == 1);
  CHECK(provider->process().wait(2s) == 0);
}

TEST_CASE("when Terraform is killed the provider goes within ten seconds and leaves no socket") {
  auto client = wire::Process::start({CLIENT_TO_KILL, TINY_PROVIDER}).value();
  pid_t provider = std::stoi(client.line(60s).value());
  std::string socket = client.line(10s).value();
  REQUIRE(exists(socket));
  client.signal(SIGKILL);
  CHECK(wire::gone(provider, 10s));
  CHECK_FALSE(exists(socket));
}

TEST_CASE("a provider whose client only disconnects waits a few seconds and then ends") {
  auto provider = start_tiny();
  REQUIRE(provider->connection().healthy());
  std::string socket = provider->handshake().address;
  provider->disconnect();
  CHECK(provider->process().wait(1s) == std::nullopt);
  CHECK(provider->process().wait(9s) == 0);
  CHECK_FALSE(exists(socket));
}

TEST_CASE("a provider started by hand serves one client after the other and ends at SIGINT") {
  auto [process, socket] = start_by_hand();
  for (int run = 0; run < 3; ++run) {
    wire::Connection connection(socket, std::nullopt);
    tfplugin6::GetProviderSchema::Response schema;
    CHECK(get_schema(connection.rpc(), schema).ok());
  }
  CHECK(process.wait(6s) == std::nullopt);
  CHECK(wire::Connection(socket, std::nullopt).healthy());
  process.signal(SIGINT);
  CHECK(process.wait(2s) == 0);
  CHECK_FALSE(exists(socket));
}

TEST_CASE("a crash prints a panic with a backtrace and leaves no socket") {
  auto provider = start_tiny();
  tfplugin6::ApplyResourceChange::Response response;
  CHECK(apply(provider->rpc(), "crash", response).error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(provider->process().wait(10s) == 2);
  CHECK_THAT(provider->process().errors(), Catch::StartsWith("panic: the roof has fallen in\n") &&
                                               Catch::Contains("terraform-provider-tiny+0x"));
  CHECK_FALSE(exists(provider->handshake().address));
}

}  // namespace microstack
