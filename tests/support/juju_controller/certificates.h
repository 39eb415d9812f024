// A CA and a server certificate made for one test run.
#pragma once

#include <string>

namespace microstack::testing {

struct CertifiedKey {
  std::string certificate_pem, key_pem;
};
CertifiedKey make_ca(const std::string& name);
// For the DNS name alone; days < 0: expired.
CertifiedKey make_certificate(const CertifiedKey& ca, const std::string& dns_name, int days = 2);

}  // namespace microstack::testing
