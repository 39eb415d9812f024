#include "tests/support/wire/provider.h"

#include <climits>
#include <csignal>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>

#include "provider/protocol/certificate.h"

namespace microstack::wire {
namespace {

constexpr const char* magic_cookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
constexpr std::chrono::seconds start_limit{60}, exit_limit{2};

std::string pem(std::string base64) {
  while (base64.size() % 4) base64 += '=';
  std::string text = "-----BEGIN CERTIFICATE-----\n";
  for (size_t at = 0; at < base64.size(); at += 64) text += base64.substr(at, 64) + "\n";
  return text + "-----END CERTIFICATE-----\n";
}

}  // namespace

std::shared_ptr<grpc::Channel> dial(const std::string& socket, const std::optional<Tls>& tls) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(INT_MAX);
  arguments.SetMaxSendMessageSize(INT_MAX);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);  // each connection its own
  auto credentials = grpc::InsecureChannelCredentials();
  if (tls) {
    credentials = grpc::SslCredentials({tls->server_pem, tls->key_pem, tls->own_pem});
    arguments.SetSslTargetNameOverride("localhost");
  }
  return grpc::CreateCustomChannel("unix:" + socket, credentials, arguments);
}

Result<HandshakeLine> parse_handshake(const std::string& line) {
  std::vector<std::string> fields(1);
  for (char c : line) {
    if (c == '|')
      fields.emplace_back();
    else
      fields.back() += c;
  }
  if (fields.size() < 6) return give_up("Unrecognized remote plugin message: " + line);
  return HandshakeLine{fields[0],
                       fields[1],
                       fields[2],
                       fields[3],
                       fields[4],
                       fields[5],
                       fields.size() > 6 ? std::optional(fields[6]) : std::nullopt};
}

Connection::Connection(const std::string& socket, const std::optional<Tls>& tls)
    : channel_(dial(socket, tls)), rpc_(tfplugin6::Provider::NewStub(channel_)) {
  stdio_ = plugin::GRPCStdio::NewStub(channel_)->StreamStdio(&stdio_context_, {});
  broker_ = plugin::GRPCBroker::NewStub(channel_)->StartStream(&broker_context_);
}

Connection::~Connection() {
  stdio_context_.TryCancel();
  broker_context_.TryCancel();
  plugin::StdioData data;
  while (stdio_->Read(&data)) {
  }
  stdio_->Finish();
  broker_->WritesDone();
  broker_->Finish();
}

// grpc.health.v1: HealthCheckRequest{service=1}, HealthCheckResponse{status=1}, SERVING=1; bytes, as Debian
// has no generated code for it.
bool Connection::healthy() {
  const std::string request = "\x0a\x06plugin", serving = "\x08\x01";
  grpc::Slice slice(request);
  grpc::ByteBuffer asked(&slice, 1), answer;
  grpc::GenericStub stub(channel_);
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check", asked, &queue);
  call->StartCall();
  grpc::Status status;
  call->Finish(&answer, &status, nullptr);
  void* tag;
  bool ok;
  queue.Next(&tag, &ok);
  grpc::Slice single;
  return status.ok() && answer.TrySingleSlice(&single).ok() &&
         std::string(reinterpret_cast<const char*>(single.begin()), single.size()) == serving;
}

grpc::Status Connection::call_shutdown() {
  grpc::ClientContext context;
  plugin::Empty answer;
  return plugin::GRPCController::NewStub(channel_)->Shutdown(&context, {}, &answer);
}

Provider::Provider(Process process, HandshakeLine handshake, std::optional<Tls> tls)
    : process_(std::move(process)),
      handshake_(std::move(handshake)),
      tls_(std::move(tls)),
      connection_(std::make_unique<Connection>(handshake_.address, tls_)) {}

Result<std::unique_ptr<Provider>> Provider::start(const Start& wanted) {
  MS_TRY(auto own, protocol::make_certificate());
  std::map<std::string, std::string> environment = {
      {"TF_PLUGIN_MAGIC_COOKIE", magic_cookie},
      {"PLUGIN_PROTOCOL_VERSIONS", "5,6"},
      {"PLUGIN_MIN_PORT", "10000"},
      {"PLUGIN_MAX_PORT", "25000"},
      {"PLUGIN_CLIENT_CERT", wanted.tls ? own.pem : ""},
  };
  for (const auto& [name, value] : wanted.environment) environment[name] = value;

  auto begin = std::chrono::steady_clock::now();
  MS_TRY(auto process, Process::start({wanted.program}, environment));
  MS_TRY(auto line, process.line(start_limit));
  std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
  MS_TRY(auto handshake, parse_handshake(line));
  std::optional<Tls> tls;
  if (wanted.tls) tls = Tls{pem(handshake.certificate), own.key_pem, own.pem};
  std::unique_ptr<Provider> provider(new Provider(std::move(process), std::move(handshake), std::move(tls)));
  provider->handshake_ms_ = spent.count();
  return provider;
}

Provider::~Provider() {
  disconnect();
  process_.signal(SIGTERM);
  process_.wait(exit_limit);
}

Result<int> Provider::shut_down() {
  auto status = connection_->call_shutdown();
  disconnect();
  if (!status.ok()) return give_up("Shutdown failed: " + status.error_message());
  auto exit = process_.wait(exit_limit);
  if (!exit) return give_up("plugin failed to exit gracefully");
  return *exit;
}

}  // namespace microstack::wire
