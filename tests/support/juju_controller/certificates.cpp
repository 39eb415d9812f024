#include "tests/support/juju_controller/certificates.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace microstack::testing {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

Key new_key() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

void extend(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  auto* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad certificate extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate new_certificate(const std::string& name, EVP_PKEY* key, int days) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3 * 24 * 3600L);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * 24 * 3600L);
  auto* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_pubkey(certificate.get(), key);
  return certificate;
}

std::string text(BIO* bio) {
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

CertifiedKey pem(X509* certificate, EVP_PKEY* key) {
  Bio first(BIO_new(BIO_s_mem()), BIO_free), second(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(first.get(), certificate);
  PEM_write_bio_PrivateKey(second.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return {text(first.get()), text(second.get())};
}

}  // namespace

CertifiedKey make_ca(const std::string& name) {
  auto key = new_key();
  auto certificate = new_certificate(name, key.get(), 2);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  extend(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  return pem(certificate.get(), key.get());
}

CertifiedKey make_certificate(const CertifiedKey& ca, const std::string& dns_name, int days) {
  Bio ca_text(BIO_new_mem_buf(ca.certificate_pem.data(), -1), BIO_free);
  Bio key_text(BIO_new_mem_buf(ca.key_pem.data(), -1), BIO_free);
  Certificate issuer(PEM_read_bio_X509(ca_text.get(), nullptr, nullptr, nullptr), X509_free);
  Key issuer_key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  auto key = new_key();
  auto certificate = new_certificate(dns_name, key.get(), days);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer.get()));
  extend(certificate.get(), issuer.get(), NID_subject_alt_name, "DNS:" + dns_name);
  X509_sign(certificate.get(), issuer_key.get(), EVP_sha256());
  return pem(certificate.get(), key.get());
}

}  // namespace microstack::testing
