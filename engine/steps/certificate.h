// The cluster's authority (drawn on the first control node) and a server's certificate from it, renewed in time.
#pragma once

#include <vector>

#include "engine/plan/step.h"
#include "engine/steps/certificate_authority.h"
#include "engine/steps/secrets.h"

namespace microstack {

// The secret ca/authority (key and certificate in one text) where the node may sign: on control nodes. A node that was
// only given ca/certificate can believe, not sign.
Result<KeyPair> need_authority(Secrets& secrets, const std::string& cluster_name);

// The authority's certificate at `path`.
class AuthorityStep : public Step {
 public:
  AuthorityStep(Host& host, Secrets& secrets, std::string cluster_name, std::string path)
      : host_(host), secrets_(secrets), cluster_name_(std::move(cluster_name)), path_(std::move(path)) {}

  std::string id() const override { return "authority"; }
  std::string title() const override { return "Certificate authority of the cluster"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return {{"cluster", cluster_name_}, {"path", path_}}; }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override {
    (void)context;
    return host_.remove(path_);
  }

 private:
  Host& host_;
  Secrets& secrets_;
  std::string cluster_name_;
  std::string path_;
};

struct CertificateFact {
  std::string path;  // PATH.crt (with the authority's behind it), PATH.key, PATH.pem (key and both)
  std::vector<std::string> names;
  std::string owner = "root";
  std::string group = "root";
  std::vector<std::string> restarts;
  std::vector<std::string> reloads;  // units that take a new one without a restart
  std::chrono::hours lasts{365 * 24};
  std::chrono::hours renewed_before{60 * 24};
};

// A node that cannot sign is given key and certificate in one text, as the secret of this name.
std::string certificate_secret(const CertificateFact& fact);
inline constexpr const char* authority_certificate_secret = "ca/certificate";
Result<Secret> issue_for(const KeyPair& authority, const CertificateFact& fact);

class CertificateStep : public Step {
 public:
  CertificateStep(Host& host, Secrets& secrets, std::string cluster_name, CertificateFact fact)
      : host_(host), secrets_(secrets), cluster_name_(std::move(cluster_name)), fact_(std::move(fact)) {}

  std::string id() const override { return "certificate:" + fact_.path; }
  std::string title() const override { return "Certificate " + fact_.path; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override {
    return {{"names", fact_.names}, {"owner", fact_.owner + ":" + fact_.group}};
  }
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Result<std::string> authority();  // its certificate; empty where none is known yet

  Host& host_;
  Secrets& secrets_;
  std::string cluster_name_;
  CertificateFact fact_;
};

}  // namespace microstack
