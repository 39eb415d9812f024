#include "engine/steps/certificate.h"

#include "engine/services/systemd.h"
#include "engine/steps/restart_note.h"

namespace microstack {
namespace {

constexpr const char* pair_secret = "ca/authority";
constexpr const char* begin_certificate = "-----BEGIN CERTIFICATE-----";

std::string certificate_of(const Secret& pair) {
  const std::size_t split = pair.reveal().find(begin_certificate);
  return split == std::string::npos ? std::string() : pair.reveal().substr(split);
}

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
  const std::size_t split = pair.reveal().find(begin_certificate);
  if (split == std::string::npos) return give_up("the secret ca/authority holds no certificate");
  return KeyPair{Secret(pair.reveal().substr(0, split)), pair.reveal().substr(split)};
}

Result<Truth> AuthorityStep::check(StepContext&) {
  MS_TRY(const auto file, host_.read(path_));
  if (!file) return Truth::no("the authority's certificate " + path_ + " is missing");
  MS_TRY(const auto given, secrets_.find(authority_certificate_secret));
  if (given)
    return given->reveal() == file->bytes ? Truth::yes() : Truth::no("another authority is at " + path_);
  MS_TRY(const auto pair, secrets_.find(pair_secret));
  if (!pair) return Truth::no("the cluster's authority has not been made");
  return pair->reveal().ends_with(file->bytes) ? Truth::yes() : Truth::no("another authority is at " + path_);
}

Status AuthorityStep::apply(StepContext&) {
  MS_TRY(const auto given, secrets_.find(authority_certificate_secret));
  if (given) {
    MS_TRY(const Secret kept, secrets_.need(authority_certificate_secret));  // for the checks to come
    return host_.write(path_, FileContent{kept.reveal()});
  }
  MS_TRY(const KeyPair authority, need_authority(secrets_, cluster_name_));
  return host_.write(path_, FileContent{authority.certificate});
}

std::string certificate_secret(const CertificateFact& fact) {
  return "certificate" + fact.path;
}

Result<Secret> issue_for(const KeyPair& authority, const CertificateFact& fact) {
  MS_TRY(const KeyPair made, issue_certificate(authority, fact.names, fact.lasts));
  return Secret(made.key.reveal() + made.certificate + authority.certificate);
}

Result<std::string> CertificateStep::authority() {
  MS_TRY(const auto pair, secrets_.find(pair_secret));
  if (pair) return certificate_of(*pair);
  MS_TRY(const auto given, secrets_.find(authority_certificate_secret));
  return given ? given->reveal() : std::string();
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
  MS_TRY(const std::string signer, authority());
  if (signer.empty()) return Truth::no("the cluster's authority has not been made");
  const std::string flaw =
      certificate_flaw(certificate->bytes, key->bytes, signer, fact_.names, fact_.renewed_before);
  return flaw.empty() ? Truth::yes() : Truth::no(shown + flaw);
}

Status CertificateStep::apply(StepContext& context) {
  MS_TRY(auto both, secrets_.find(certificate_secret(fact_)));
  if (!both) {
    MS_TRY(const auto believed, secrets_.find(authority_certificate_secret));
    if (believed)
      return ask("this node was not given a certificate for " + fact_.path, host_.name(),
                 "let the node join again: a control node issues it", {"secrets", certificate_secret(fact_)});
    MS_TRY(const KeyPair authority, need_authority(secrets_, cluster_name_));
    MS_TRY(both, issue_for(authority, fact_));
  }
  const std::string chain = certificate_of(*both);
  const std::string key = both->reveal().substr(0, both->reveal().size() - chain.size());
  MS_TRY(const std::string signer, authority());
  // What was given when the node joined ends one day, too.
  if (const auto flaw = certificate_flaw(chain, key, signer, fact_.names, fact_.renewed_before);
      !flaw.empty())
    return ask("the certificate " + fact_.path + " that this node was given " + flaw, host_.name(),
               "let the node join again: a control node issues a new one",
               {"secrets", certificate_secret(fact_)});
  // Who is killed before the reload finds the note and restarts.
  const auto reload = RestartNote::Kind::reload;
  for (const std::string& unit : fact_.restarts)
    MS_CHECK(RestartNote(host_, unit).leave(fact_.path + ".crt"));
  for (const std::string& unit : fact_.reloads)
    MS_CHECK(RestartNote(host_, unit, reload).leave(fact_.path + ".crt"));
  const unsigned mode = key_mode(fact_);
  MS_CHECK(host_.write(fact_.path + ".key", FileContent{key, mode, fact_.owner, fact_.group}));
  MS_CHECK(host_.write(fact_.path + ".crt", FileContent{chain, 0644, fact_.owner, fact_.group}));
  MS_CHECK(host_.write(fact_.path + ".pem", FileContent{both->reveal(), mode, fact_.owner, fact_.group}));
  for (const std::string& unit : fact_.reloads) {
    // What is not running reads its certificate when it starts.
    MS_TRY([[maybe_unused]] const auto out,
           run_ok(host_, Command{{"systemctl", "try-reload-or-restart", "--", unit_file_name(unit)}},
                  context.stop));
    MS_CHECK(RestartNote(host_, unit, reload).take_away());
  }
  return {};
}

Status CertificateStep::undo(StepContext&) {
  for (const char* suffix : {".pem", ".crt", ".key"}) MS_CHECK(host_.remove(fact_.path + suffix));
  return {};
}

}  // namespace microstack
