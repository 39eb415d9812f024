// The key and certificate of one provider process, for go-plugin's AutoMTLS. They live in memory only.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace microstack::protocol {

struct Certificate {
  std::string key_pem;
  std::string pem;
  std::string der;
};

// Self-signed, P-256 (its own root, so that it is the peer's only root), for "localhost", valid for 30 years
// and as server and client alike.
Result<Certificate> make_certificate();

// Standard alphabet without padding, as Terraform reads the certificate of the handshake line.
std::string base64_raw(const std::string& bytes);

}  // namespace microstack::protocol
