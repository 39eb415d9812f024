// A client at the level of the wire: does with a provider what Terraform does (process, handshake, mutual
// TLS, the two streams, Shutdown), and may call everything, also what no Terraform calls yet.
//
//   auto provider = wire::Provider::start({.program = path}).value();
//   grpc::ClientContext context;
//   provider->rpc().GetProviderSchema(&context, request, &response);
#pragma once

#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "provider/protocol/go_plugin.grpc.pb.h"
#include "provider/protocol/tfplugin6.grpc.pb.h"
#include "tests/support/wire/process.h"

namespace microstack::wire {

struct Tls {
  std::string server_pem;        // the only root
  std::string key_pem, own_pem;  // empty: no client certificate
};

// A channel as Terraform makes it; without `tls` in the clear.
std::shared_ptr<grpc::Channel> dial(const std::string& socket, const std::optional<Tls>& tls);

// The fields of a handshake line; an error when there are too few.
struct HandshakeLine {
  std::string core, app, network, address, protocol, certificate;
  std::optional<std::string> multiplex;
};
Result<HandshakeLine> parse_handshake(const std::string& line);

// A client's end of a running provider: the channel and the two streams that it holds open.
class Connection {
 public:
  Connection(const std::string& socket, const std::optional<Tls>& tls);
  ~Connection();
  Connection(const Connection&) = delete;

  tfplugin6::Provider::Stub& rpc() { return *rpc_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }
  bool healthy();
  grpc::Status call_shutdown();

 private:
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<tfplugin6::Provider::Stub> rpc_;
  grpc::ClientContext stdio_context_, broker_context_;
  std::unique_ptr<grpc::ClientReader<plugin::StdioData>> stdio_;
  std::unique_ptr<grpc::ClientReaderWriter<plugin::ConnInfo, plugin::ConnInfo>> broker_;
};

struct Start {
  std::string program;
  std::map<std::string, std::string> environment = {};  // beside the handshake's; an empty value removes
  bool tls = true;
};

class Provider {
 public:
  static Result<std::unique_ptr<Provider>> start(const Start&);
  ~Provider();  // disconnects; SIGTERM, if it still runs

  tfplugin6::Provider::Stub& rpc() { return connection_->rpc(); }
  Connection& connection() { return *connection_; }
  Process& process() { return process_; }
  const Process& process() const { return process_; }
  const HandshakeLine& handshake() const { return handshake_; }
  const std::optional<Tls>& tls() const { return tls_; }
  // From the start of the process to its handshake line.
  double handshake_ms() const { return handshake_ms_; }

  // Breaks the connection without a word.
  void disconnect() { connection_.reset(); }

  // Shutdown, disconnect, then the exit status; an error when it does not end within Terraform's two seconds.
  Result<int> shut_down();

 private:
  Provider(Process process, HandshakeLine, std::optional<Tls>);
  Process process_;
  HandshakeLine handshake_;
  std::optional<Tls> tls_;
  double handshake_ms_ = 0;
  std::unique_ptr<Connection> connection_;
};

}  // namespace microstack::wire
