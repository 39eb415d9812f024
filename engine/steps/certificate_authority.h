// The cluster's own X.509 authority and the certificates it gives out: EC P-256, SHA-256.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace microstack {

struct KeyPair {
  Secret key;               // PEM, PKCS#8
  std::string certificate;  // PEM
};

// A self-signed authority for ten years.
Result<KeyPair> make_authority(const std::string& common_name);

// A server certificate for these host names and addresses, also usable by clients.
Result<KeyPair> issue_certificate(const KeyPair& authority, const std::vector<std::string>& names,
                                  std::chrono::hours lasts);

// What is wrong with a certificate for this use; empty: nothing. `spare`: how long it must still last.
std::string certificate_flaw(const std::string& certificate, const std::string& key,
                             const std::string& authority, const std::vector<std::string>& names,
                             std::chrono::hours spare);

}  // namespace microstack
