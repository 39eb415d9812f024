#include "engine/steps/certificate.h"

#include "engine/steps/restart_note.h"

namespace microstack {
namespace {

constexpr std::chrono::days lasts{365};
constexpr std::chrono::days renewed_before{60};
constexpr const char* pair_secret = "ca/authority";
constexpr const char* certificate_secret = "ca/certificate";

// A group of its own (rabbitmq) is there to read the key.
unsigned key_mode(const CertificateFact& fact) {
  return fact.group == "root" ? 0600 : 0640;
}

}  // namespace

// Key and certificate are one secret: being killed between two would leave a key without its certificate.
Result<KeyPair> need_authority(Secrets& secrets, const std::string& cluster_name) {
  MS_TRY(const Secret pair, secrets.need(pair_secret, [&]() -> Result<Secret> {
    MS_TRY(const KeyPair made, make_authority("MicroStack " + cluster_name));
    return Secret(made.key.reveal() + made.certificate);
  }));
  const std::size_t split = pair.reveal().find("-----BEGIN CERTIFICATE-----");
  if (split == std::string::npos) return give_up("the secret ca/authority holds no certificate");
  return KeyPair{Secret(pair.reveal().substr(0, split)), pair.reveal().substr(split)};
}

Result<Truth> AuthorityStep::check(StepContext&) {
  MS_TRY(const auto file, host_.read(path_));
  if (!file) return Truth::no("the authority's certificate " + path_ + " is missing");
  MS_TRY(const auto given, secrets_.find(certificate_secret));
  if (given)
    return given->reveal() == file->bytes ? Truth::yes() : Truth::no("another authority is at " + path_);
  MS_TRY(const auto pair, secrets_.find(pair_secret));
  if (!pair) return Truth::no("the cluster's authority has not been made");
  return pair->reveal().ends_with(file->bytes) ? Truth::yes() : Truth::no("another authority is at " + path_);
}

Status AuthorityStep::apply(StepContext&) {
  MS_TRY(const auto given, secrets_.find(certificate_secret));
  if (given) return host_.write(path_, FileContent{given->reveal()});
  MS_TRY(const KeyPair authority, need_authority(secrets_, cluster_name_));
  return host_.write(path_, FileContent{authority.certificate});
}

Result<Truth> CertificateStep::check(StepContext&) {
  const std::string shown = "certificate " + fact_.path + ".crt ";
  MS_TRY(const auto certificate, host_.read(fact_.path + ".crt"));
  MS_TRY(const auto key, host_.read(fact_.path + ".key"));
  MS_TRY(const auto both, host_.read(fact_.path + ".pem"));
  if (!certificate || !key || !both) return Truth::no(shown + "is missing");
  if (both->bytes != key->bytes + certificate->bytes) return Truth::no(shown + "and .pem differ");
  if (key->mode != key_mode(fact_) || both->mode != key_mode(fact_) || key->owner != fact_.owner ||
      key->group != fact_.group)
    return Truth::no("the key of " + shown + "has another owner or mode");
  MS_TRY(const auto pair, secrets_.find(pair_secret));
  if (!pair) return Truth::no("the cluster's authority has not been made");
  const std::size_t split = pair->reveal().find("-----BEGIN CERTIFICATE-----");
  const std::string flaw = certificate_flaw(certificate->bytes, key->bytes,
                                            split == std::string::npos ? "" : pair->reveal().substr(split),
                                            fact_.names, renewed_before);
  return flaw.empty() ? Truth::yes() : Truth::no(shown + flaw);
}

Status CertificateStep::apply(StepContext&) {
  MS_TRY(const KeyPair authority, need_authority(secrets_, cluster_name_));
  MS_TRY(const KeyPair made, issue_certificate(authority, fact_.names, lasts));
  const std::string chain = made.certificate + authority.certificate;
  for (const std::string& unit : fact_.restarts)
    MS_CHECK(RestartNote(host_, unit).leave(fact_.path + ".crt"));
  const unsigned mode = key_mode(fact_);
  MS_CHECK(host_.write(fact_.path + ".key", FileContent{made.key.reveal(), mode, fact_.owner, fact_.group}));
  MS_CHECK(host_.write(fact_.path + ".crt", FileContent{chain, 0644, fact_.owner, fact_.group}));
  return host_.write(fact_.path + ".pem",
                     FileContent{made.key.reveal() + chain, mode, fact_.owner, fact_.group});
}

Status CertificateStep::undo(StepContext&) {
  for (const char* suffix : {".pem", ".crt", ".key"}) MS_CHECK(host_.remove(fact_.path + suffix));
  return {};
}

}  // namespace microstack
