#include "tests/support/http_server/certificate.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace microstack::testing {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using X509Pointer = std::unique_ptr<X509, decltype(&X509_free)>;

Key make_key() {
  return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

void extend(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

struct Subject {
  std::string common_name, organisation, alternative_names;
};

X509Pointer make(const Subject& subject, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key, long from,
                 long until) {
  static long serial = 0;
  X509Pointer certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), until);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto add = [&](const char* field, const std::string& text) {
    if (!text.empty())
      X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0);
  };
  add("O", subject.organisation);
  add("CN", subject.common_name);
  X509* signer = issuer ? issuer : certificate.get();
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
  extend(certificate.get(), signer, NID_basic_constraints, issuer ? "CA:FALSE" : "critical,CA:TRUE");
  if (!subject.alternative_names.empty())
    extend(certificate.get(), signer, NID_subject_alt_name, subject.alternative_names);
  X509_sign(certificate.get(), issuer_key, EVP_sha256());
  return certificate;
}

template <class Write>
std::string as_pem(Write write) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

}  // namespace

struct Authority::Parts {
  Key key = make_key();
  X509Pointer certificate{nullptr, X509_free};

  Certificate sign(const Subject& subject, long from, long until) const {
    const Key own = make_key();
    const auto signed_one = make(subject, own.get(), certificate.get(), key.get(), from, until);
    return {as_pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate.get()); }),
            as_pem([&](BIO* bio) { PEM_write_bio_X509(bio, signed_one.get()); }), as_pem([&](BIO* bio) {
              PEM_write_bio_PrivateKey(bio, own.get(), nullptr, nullptr, 0, nullptr, nullptr);
            })};
  }
};

Authority::Authority(const std::string& name) : parts_(std::make_unique<Parts>()) {
  parts_->certificate =
      make({name, "", ""}, parts_->key.get(), nullptr, parts_->key.get(), -86400 * 30, 86400);
  pem_ = as_pem([&](BIO* bio) { PEM_write_bio_X509(bio, parts_->certificate.get()); });
}
Authority::~Authority() = default;

Certificate Authority::server(const std::string& address, long from, long until) const {
  return parts_->sign({"test server", "", "IP:" + address}, from, until);
}
Certificate Authority::client(const std::string& common_name, const std::string& organisation, long from,
                              long until) const {
  return parts_->sign({common_name, organisation, ""}, from, until);
}

Certificate make_certificate(const std::string& address) {
  return Authority().server(address);
}

}  // namespace microstack::testing
