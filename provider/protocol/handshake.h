// What Terraform tells a provider process in its environment, and the one line that it expects on stdout.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

namespace microstack::protocol {

struct Handshake {
  std::string client_certificate;           // PEM; empty: no TLS
  std::vector<std::string> socket_folders;  // the first whose path fits is taken
  std::string socket_group;                 // name or gid that may connect too; empty: only this user
  bool multiplex = false;                   // append the seventh field

  // An error when whoever started us is not Terraform.
  static Result<Handshake> from_environment();

  // Where the socket goes, for a provider that nobody started.
  static Handshake by_hand();
};

// A new path for a socket: "plugin" and random digits in the first of `folders` for which it is short enough
// to be bound (107 bytes), else in /tmp.
std::string socket_path(const std::vector<std::string>& folders);

// CORE|APP|NETWORK|ADDRESS|PROTOCOL|CERT[|MUX]
std::string handshake_line(const Handshake&, const std::string& socket, const std::string& certificate_der);

// The value for TF_REATTACH_PROVIDERS.
std::string reattach_json(const std::string& provider_address, const std::string& socket);

}  // namespace microstack::protocol
