// A certificate authority and a server certificate made for one test.
#pragma once

#include <string>

namespace microstack::testing {

struct Certificate {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
};

// For `address` as IP subject alternative name, valid now.
Certificate make_certificate(const std::string& address = "127.0.0.1");

}  // namespace microstack::testing
