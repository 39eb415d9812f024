// Who is calling: what a kubeconfig's user says, or its exec plug-in, asked again when what it gave has expired.
#pragma once

#include <mutex>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/clients/kubernetes/certificate.h"
#include "engine/clients/kubernetes/kubeconfig.h"

namespace microstack::kubernetes {

struct Credentials {
  Secret token;
  std::string certificate_pem;
  Secret key_pem;
  bool operator==(const Credentials&) const = default;
};

// Safe to use from several threads: one run of the plug-in serves all that wait.
class CredentialSource {
 public:
  explicit CredentialSource(const Access& access) : access_(access) {}

  // `refused`: what the server did not take; the plug-in is then asked again unless it was meanwhile.
  // Errors (ask): the plug-in is not there (with its install hint), failed (with its own words), or answered
  // something else.
  Result<Credentials> get(const Credentials* refused = nullptr, std::stop_token stop = {});
  bool can_renew() const { return access_.exec || !access_.token_file.empty(); }

 private:
  Result<Credentials> run(const ExecPlugin& plugin, std::stop_token stop);

  const Access& access_;
  std::mutex mutex_;  // of what follows
  std::optional<Credentials> given_;
  std::optional<Time> end_;
};

}  // namespace microstack::kubernetes
