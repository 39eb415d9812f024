#include "provider/protocol/serve.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <future>
#include <memory>
#include <string_view>
#include <thread>

#include <absl/synchronization/mutex.h>
#include <fmt/format.h>
#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include "provider/protocol/certificate.h"
#include "provider/protocol/crash.h"
#include "provider/protocol/guard.h"
#include "provider/protocol/handshake.h"
#include "provider/protocol/lifetime.h"
#include "provider/protocol/plugin_services.h"

namespace microstack::protocol {
namespace {

constexpr std::chrono::milliseconds time_to_leave{1000};  // Terraform kills after two

void say(int descriptor, std::string_view text) {
  while (!text.empty()) {
    ssize_t written = write(descriptor, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<size_t>(written));
  }
}

[[noreturn]] void refuse(const Error& error) {
  say(STDERR_FILENO, error.text() + "\n");
  _exit(1);
}

template <class T>
T value_or_refuse(Result<T> result) {
  if (!result) refuse(result.error());
  return std::move(result).value();
}

// ---- gRPC's own log

Log* grpc_log = nullptr;  // gpr_set_log_function takes nothing along

void on_grpc_log(gpr_log_func_args* line) {
  std::string_view text = line->message;
  auto level = line->severity == GPR_LOG_SEVERITY_ERROR  ? LogLevel::error
               : line->severity == GPR_LOG_SEVERITY_INFO ? LogLevel::info
                                                         : LogLevel::debug;
  // gRPC 1.51 offers only P-256 in TLS 1.2, and Terraform's certificate is P-521.
  bool wrong_curve = text.find("wrong curve") != text.npos || text.find("WRONG_CURVE") != text.npos;
  if (!grpc_log->enabled(level, "sdk.grpc")) return;
  grpc_log->write(
      level, "sdk.grpc",
      wrong_curve ? fmt::format("{} (allow TLS 1.3, or set TF_DISABLE_PLUGIN_TLS=1)", text) : text);
}

void route_grpc_log(Log& log) {
  grpc_log = &log;
  gpr_set_log_function(on_grpc_log);
}

// ---- the server

std::shared_ptr<grpc::ServerCredentials> credentials(const std::string& client_certificate,
                                                     const Certificate& own) {
  if (client_certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  tls.pem_root_certs = client_certificate;
  tls.pem_key_cert_pairs.push_back({own.key_pem, own.pem});
  return grpc::SslServerCredentials(tls);
}

Status share_with_group(const std::string& socket, const std::string& group) {
  char* end = nullptr;
  gid_t id = static_cast<gid_t>(strtoul(group.c_str(), &end, 10));
  if (*end) {
    const struct group* entry = getgrnam(group.c_str());
    if (!entry) return ask("there is no group " + group, "PLUGIN_UNIX_SOCKET_GROUP");
    id = entry->gr_gid;
  }
  if (chown(socket.c_str(), static_cast<uid_t>(-1), id) != 0 || chmod(socket.c_str(), 0660) != 0)
    return ask("cannot give the provider's socket to group " + group, socket);
  return {};
}

std::unique_ptr<grpc::Server> listen(const std::string& socket,
                                     std::shared_ptr<grpc::ServerCredentials> credentials,
                                     std::initializer_list<grpc::Service*> services) {
  grpc::ServerBuilder builder;
  builder.AddListeningPort("unix:" + socket, std::move(credentials));
  for (auto* service : services) builder.RegisterService(service);
  builder.SetMaxReceiveMessageSize(INT_MAX);  // a state is one message
  builder.SetMaxSendMessageSize(INT_MAX);
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  // Terraform asks ten things at a time: a thread that has answered waits for the next call instead of ending.
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 12);
  mode_t before = umask(0177);  // the socket is for this user only
  auto server = builder.BuildAndStart();
  umask(before);
  return server;
}

void announce(const ServeOptions& options, const Handshake& handshake, const std::string& socket,
              const Certificate& certificate) {
  if (!options.debug) return say(STDOUT_FILENO, handshake_line(handshake, socket, certificate.der));
  say(STDOUT_FILENO,
      fmt::format("Provider started. To attach Terraform CLI, set the TF_REATTACH_PROVIDERS environment "
                  "variable with the following:\n\n\tTF_REATTACH_PROVIDERS='{}'\n\n",
                  reattach_json(options.address, socket)));
}

// Shutting a server down waits for its handlers, and one that does not listen must not keep the process.
void shut_down_within_limit(grpc::Server& server) {
  std::promise<void> done;
  auto finished = done.get_future();
  std::thread([&server, done = std::move(done)]() mutable {
    server.Shutdown(std::chrono::system_clock::now() + time_to_leave / 2);
    done.set_value();
  }).detach();
  finished.wait_for(time_to_leave);
}

}  // namespace

bool debug_requested(int argc, char** argv) {
  for (int i = 1; i < argc; ++i)
    if (std::string_view argument = argv[i]; argument == "-debug" || argument == "--debug") return true;
  return false;
}

void serve(tfplugin6::Provider::Service& service, Log& log, ServeOptions& options) {
  install_crash_handlers();
  // Debian builds absl with its search for deadlocks: a seventh of the instructions of a call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  auto handshake = options.debug ? Handshake::by_hand() : value_or_refuse(Handshake::from_environment());
  route_grpc_log(log);
  Certificate own;
  if (!handshake.client_certificate.empty()) own = value_or_refuse(make_certificate());

  Lifetime lifetime(options.debug);
  ClientStreams streams([&](size_t open) { lifetime.streams_open(open); });
  Guard guard(service, log);
  StdioService stdio(streams);
  BrokerService broker(streams);
  ControllerService controller([&] { lifetime.shut_down(); });
  HealthService health;

  std::string socket = socket_path(handshake.socket_folders);
  auto server = listen(socket, credentials(handshake.client_certificate, own),
                       {&guard, &stdio, &broker, &controller, &health});
  if (!server)
    refuse(ask("the provider cannot listen on its socket", socket,
               "set TMPDIR to a folder on a local file system in which this user may create files"));
  remove_at_crash(socket);
  if (!handshake.socket_group.empty())
    if (auto shared = share_with_group(socket, handshake.socket_group); !shared) {
      unlink(socket.c_str());
      refuse(shared.error());
    }

  announce(options, handshake, socket, own);
  auto why = lifetime.wait();

  log.write(LogLevel::debug, "sdk", "provider ends", {{"reason", std::string(why)}});
  options.leaving.request_stop();
  streams.end_all();
  shut_down_within_limit(*server);
  unlink(socket.c_str());
  _exit(0);  // static destructors cost time, and threads may still run
}

}  // namespace microstack::protocol
