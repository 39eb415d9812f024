#include "provider/protocol/handshake.h"

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>

#include <nlohmann/json.hpp>

#include "provider/protocol/certificate.h"
#include "tests/provider/protocol/tiny.h"
#include "tests/support/temporary_folder.h"

namespace microstack {

TEST_CASE("a provider started by hand says what it is and ends with 1") {
  for (const char* cookie : {"", "wrong"}) {  // none, and another one
    auto process = wire::Process::start({TINY_PROVIDER}, {{"TF_PLUGIN_MAGIC_COOKIE", cookie}}).value();
    CHECK(process.wait(10s) == 1);
    CHECK_THAT(process.errors(), Catch::Contains("is a Terraform provider") && Catch::Contains("-debug"));
    CHECK_FALSE(process.line(10s).ok());
  }
}

TEST_CASE("the handshake line announces protocol 6 on a unix socket with a certificate") {
  auto provider = start_tiny();
  const auto& line = provider->handshake();
  CHECK(line.core == "1");
  CHECK(line.app == "6");
  CHECK(line.network == "unix");
  CHECK(line.protocol == "grpc");
  CHECK(line.certificate.size() > 50);
  CHECK(line.certificate.find('=') == line.certificate.npos);
  CHECK_FALSE(line.multiplex);

  struct stat socket {};
  REQUIRE(stat(line.address.c_str(), &socket) == 0);
  CHECK((socket.st_mode & 0777) == 0600);
}

TEST_CASE("the seventh field is there only for clients that ask about multiplexing") {
  CHECK(start_tiny({{"PLUGIN_MULTIPLEX_GRPC", "true"}})->handshake().multiplex == "false");
}

TEST_CASE("a Terraform that offers only other protocols still sees ours") {
  CHECK(start_tiny({{"PLUGIN_PROTOCOL_VERSIONS", "5"}})->handshake().app == "6");
}

TEST_CASE("without a client certificate there is no TLS") {
  auto provider = wire::Provider::start({.program = TINY_PROVIDER, .tls = false}).value();
  CHECK(provider->handshake().certificate.empty());
  CHECK(provider->connection().healthy());
}

TEST_CASE("the socket is in TMPDIR, and in /tmp when that path is too long or not there") {
  const testing::TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  auto deep = folder / std::string(100, 'x');
  std::filesystem::create_directories(deep);
  auto socket_folder = [](const std::string& tmpdir) {
    auto provider = start_tiny({{"TMPDIR", tmpdir}});
    CHECK(provider->connection().healthy());
    return std::filesystem::path(provider->handshake().address).parent_path();
  };
  CHECK(socket_folder(folder) == folder);
  CHECK(socket_folder(deep) == "/tmp");
  CHECK(socket_folder(folder / "missing") == "/tmp");
}

TEST_CASE("PLUGIN_UNIX_SOCKET_DIR goes before TMPDIR, and a group may share the socket") {
  const testing::TemporaryFolder temporary;
  const std::filesystem::path folder = temporary.path;
  auto provider = start_tiny({{"PLUGIN_UNIX_SOCKET_DIR", folder},
                              {"TMPDIR", "/tmp"},
                              {"PLUGIN_UNIX_SOCKET_GROUP", std::to_string(getgid())}});
  CHECK(std::filesystem::path(provider->handshake().address).parent_path() == folder);
  struct stat socket {};
  REQUIRE(stat(provider->handshake().address.c_str(), &socket) == 0);
  CHECK((socket.st_mode & 0777) == 0660);
  CHECK(provider->shut_down().value() == 0);
}

TEST_CASE("only the client whose certificate was announced is let in") {
  auto provider = start_tiny();
  auto stranger = protocol::make_certificate().value();
  auto call = [&](const wire::Tls& tls) {
    auto rpc = tfplugin6::Provider::NewStub(wire::dial(provider->handshake().address, tls));
    tfplugin6::GetProviderSchema::Response response;
    return get_schema(*rpc, response).error_code();
  };
  CHECK(call(*provider->tls()) == grpc::StatusCode::OK);
  CHECK(call({.server_pem = provider->tls()->server_pem}) == grpc::StatusCode::UNAVAILABLE);
  CHECK(call({provider->tls()->server_pem, stranger.key_pem, stranger.pem}) == grpc::StatusCode::UNAVAILABLE);
  CHECK(provider->connection().healthy());
}

TEST_CASE("a client in the clear is not let in where TLS was agreed") {
  auto provider = start_tiny();
  auto rpc = tfplugin6::Provider::NewStub(wire::dial(provider->handshake().address, std::nullopt));
  tfplugin6::GetProviderSchema::Response response;
  CHECK(get_schema(*rpc, response).error_code() == grpc::StatusCode::UNAVAILABLE);
}

TEST_CASE("the reattach value has what Terraform needs, and Test is true") {
  auto value = nlohmann::json::parse(protocol::reattach_json("terraform.local/test/tiny", "/tmp/plugin9"));
  auto provider = value.at("terraform.local/test/tiny");
  CHECK(provider["Protocol"] == "grpc");
  CHECK(provider["ProtocolVersion"] == 6);
  CHECK(provider["Pid"] == getpid());
  CHECK(provider["Test"] == true);
  CHECK(provider["Addr"] == nlohmann::json{{"Network", "unix"}, {"String", "/tmp/plugin9"}});
}

}  // namespace microstack
