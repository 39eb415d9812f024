#include "engine/steps/certificate_authority.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace microstack {
namespace {

template <auto free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;

constexpr std::chrono::days authority_lasts{3650};
// A node whose clock is somewhat behind must believe a certificate that was just made.
constexpr std::chrono::days backdated{1};

Error failed(const std::string& what) {
  return give_up(what + " failed", "OpenSSL");
}

long seconds(std::chrono::hours hours) {
  return static_cast<long>(std::chrono::seconds(hours).count());
}

Key new_key() {
  return Key(EVP_EC_gen("P-256"));
}

Bio memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return std::string(data, static_cast<std::size_t>(size));
}

Key read_key(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(memory(pem).get(), nullptr, nullptr, nullptr));
}
Certificate read_certificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(memory(pem).get(), nullptr, nullptr, nullptr));
}

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 || inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Serial number, validity, subject and key: what an authority and a server have in common.
Certificate new_certificate(EVP_PKEY* key, const std::string& common_name, std::chrono::hours lasts) {
  Certificate certificate(X509_new());
  unsigned char serial[16];
  if (!certificate || RAND_bytes(serial, sizeof serial) != 1) return nullptr;
  serial[0] &= 0x7f;
  std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  X509_set_version(certificate.get(), 2);
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -seconds(backdated));
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), seconds(lasts));
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  const std::string name = common_name.substr(0, 64);  // the limit of a common name
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return X509_set_pubkey(certificate.get(), key) == 1 ? std::move(certificate) : nullptr;
}

Result<KeyPair> as_pem(EVP_PKEY* key, X509* certificate) {
  Bio key_text(BIO_new(BIO_s_mem())), certificate_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(key_text.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_X509(certificate_text.get(), certificate) != 1)
    return failed("writing a certificate");
  return KeyPair{Secret(text_of(key_text)), text_of(certificate_text)};
}

}  // namespace

Result<KeyPair> make_authority(const std::string& common_name) {
  const Key key = new_key();
  if (!key) return failed("making a key");
  const Certificate certificate = new_certificate(key.get(), common_name, authority_lasts);
  if (!certificate) return failed("making the authority's certificate");
  X509* self = certificate.get();
  X509_set_issuer_name(self, X509_get_subject_name(self));
  if (!add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(self, self, NID_subject_key_identifier, "hash") ||
      X509_sign(self, key.get(), EVP_sha256()) == 0)
    return failed("signing the authority's certificate");
  return as_pem(key.get(), self);
}

Result<KeyPair> issue_certificate(const KeyPair& authority, const std::vector<std::string>& names,
                                  std::chrono::hours lasts) {
  const Key signing_key = read_key(authority.key.reveal());
  const Certificate issuer = read_certificate(authority.certificate);
  if (!signing_key || !issuer || names.empty()) return failed("reading the authority's key and certificate");
  const Key key = new_key();
  if (!key) return failed("making a key");
  const Certificate certificate = new_certificate(key.get(), names.front(), lasts);
  if (!certificate) return failed("making a certificate");
  std::string alternatives;
  for (const std::string& name : names)
    alternatives += (alternatives.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  X509* made = certificate.get();
  X509_set_issuer_name(made, X509_get_subject_name(issuer.get()));
  if (!add_extension(made, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(made, issuer.get(), NID_key_usage, "critical,digitalSignature,keyEncipherment") ||
      !add_extension(made, issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth") ||
      !add_extension(made, issuer.get(), NID_subject_key_identifier, "hash") ||
      !add_extension(made, issuer.get(), NID_authority_key_identifier, "keyid") ||
      !add_extension(made, issuer.get(), NID_subject_alt_name, alternatives) ||
      X509_sign(made, signing_key.get(), EVP_sha256()) == 0)
    return failed("signing a certificate");
  return as_pem(key.get(), made);
}

std::string certificate_flaw(const std::string& certificate, const std::string& key,
                             const std::string& authority, const std::vector<std::string>& names,
                             std::chrono::hours spare) {
  const Certificate own = read_certificate(certificate), issuer = read_certificate(authority);
  const Key own_key = read_key(key);
  if (!own || !own_key) return "cannot be read";
  if (!issuer) return "the authority's certificate cannot be read";
  if (X509_check_private_key(own.get(), own_key.get()) != 1) return "does not fit its key";
  const Key authority_key(X509_get_pubkey(issuer.get()));
  if (X509_verify(own.get(), authority_key.get()) != 1) return "is not signed by the cluster's authority";
  for (const std::string& name : names)
    if ((is_address(name) ? X509_check_ip_asc(own.get(), name.c_str(), 0)
                          : X509_check_host(own.get(), name.c_str(), name.size(), 0, nullptr)) != 1)
      return "is not for " + name;
  int days = 0, rest = 0;
  const bool told = ASN1_TIME_diff(&days, &rest, nullptr, X509_get0_notAfter(own.get())) == 1;
  if (!told || days < 0 || rest < 0) return "has ended";
  const auto left = std::chrono::hours(24) * days + std::chrono::seconds(rest);
  if (left < spare)
    return days > 0 ? "ends in " + std::to_string(days) + " days"
                    : "ends in " + std::to_string(rest / 3600) + " hours";
  return {};
}

}  // namespace microstack
