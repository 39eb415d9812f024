// Serves a provider to Terraform: handshake, TLS, the services beside the provider's own, logging, and a
// death that leaves nothing behind.
//
//   int main(int argc, char** argv) {
//     auto log = protocol::Log::from_environment("microstack");
//     protocol::ServeOptions options{.address = "registry.terraform.io/microstack/microstack"};
//     options.debug = protocol::debug_requested(argc, argv);
//     MyService service(options.leaving.get_token(), log);
//     protocol::serve(service, log, options);
//   }
#pragma once

#include <stop_token>
#include <string>

#include "provider/protocol/log.h"
#include "provider/protocol/tfplugin6.grpc.pb.h"

namespace microstack::protocol {

struct ServeOptions {
  std::string address;  // the provider's source address: HOST/NAMESPACE/NAME
  // Started by hand: prints a TF_REATTACH_PROVIDERS line, serves without TLS any number of Terraform runs one
  // after the other, and ends at SIGINT or SIGTERM.
  bool debug = false;
  // Stopped when the process is about to end (Shutdown, SIGTERM, Terraform gone): calls in flight then have a
  // second to return. A single call is cancelled through its ServerContext, all calls of a run through
  // StopProvider.
  std::stop_source leaving;
};

// Is "-debug" or "--debug" among the arguments?
bool debug_requested(int argc, char** argv);

// Does not return. Exit status: 0 after a Shutdown, SIGTERM or Terraform's end; 1 when it could not start, or
// was started by somebody who is not Terraform.
//
// Each call runs in a thread of its own, however many there are, so calls that take hours never keep
// StopProvider waiting. An exception that leaves the service becomes an error diagnostic of that call. Every
// call is logged with its name, type, duration and number of errors, so the service need not. A crash prints
// "panic: ..." on stderr, which Terraform shows.
[[noreturn]] void serve(tfplugin6::Provider::Service& service, Log& log, ServeOptions& options);

}  // namespace microstack::protocol
