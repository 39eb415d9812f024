// A certificate authority and a server certificate made for one test.
#pragma once

#include <memory>
#include <string>

namespace microstack::testing {

struct Certificate {
  std::string ca_pem;
  std::string certificate_pem;
  std::string key_pem;
};

// An authority of a test. `from` and `until` are seconds from now.
class Authority {
 public:
  explicit Authority(const std::string& name = "test authority");
  ~Authority();
  Certificate server(const std::string& address = "127.0.0.1", long from = -3600, long until = 3600) const;
  Certificate client(const std::string& common_name, const std::string& organisation, long from = -3600,
                     long until = 3600) const;
  const std::string& pem() const { return pem_; }

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
  std::string pem_;
};

// For `address` as IP subject alternative name, valid now, of an authority of its own.
Certificate make_certificate(const std::string& address = "127.0.0.1");

}  // namespace microstack::testing
