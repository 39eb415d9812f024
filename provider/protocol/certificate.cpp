#include "provider/protocol/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <memory>

namespace microstack::protocol {
namespace {

template <auto release>
struct Releaser {
  template <class T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Releaser<EVP_PKEY_free>>;
using X509Pointer = std::unique_ptr<X509, Releaser<X509_free>>;
using Bio = std::unique_ptr<BIO, Releaser<BIO_free_all>>;

Error openssl_error(const char* doing) {
  char text[256] = "unknown";
  ERR_error_string_n(ERR_get_error(), text, sizeof text);
  return give_up(std::string("cannot make the provider's TLS certificate: ") + doing, text,
                 "set TF_DISABLE_PLUGIN_TLS=1 to go without TLS between Terraform and the provider");
}

std::string content(BIO* bio) {
  char* data = nullptr;
  long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

bool add_extension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Releaser<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1);
}

bool describe(X509* certificate, EVP_PKEY* key) {
  unsigned char serial[16];
  if (RAND_bytes(serial, sizeof serial) != 1) return false;
  serial[0] &= 0x7f;  // a serial is positive
  std::unique_ptr<BIGNUM, Releaser<BN_free>> number(BN_bin2bn(serial, sizeof serial, nullptr));
  if (!number || !BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate))) return false;

  X509_NAME* name = X509_get_subject_name(certificate);
  auto text = [&](const char* field, const char* value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_ASC,
                                      reinterpret_cast<const unsigned char*>(value), -1, -1, 0) == 1;
  };
  constexpr long thirty_years = 60L * 60 * 24 * 365 * 30;
  return X509_set_version(certificate, X509_VERSION_3) && text("O", "MicroStack") &&
         text("CN", "localhost") && X509_set_issuer_name(certificate, name) &&
         X509_set_pubkey(certificate, key) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -30) &&  // a clock that is a little behind
         X509_gmtime_adj(X509_getm_notAfter(certificate), thirty_years) &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature,keyAgreement,keyCertSign") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth,clientAuth") &&
         add_extension(certificate, NID_subject_alt_name, "DNS:localhost") &&
         X509_sign(certificate, key, EVP_sha256());
}

}  // namespace

Result<Certificate> make_certificate() {
  // The system's openssl.cnf is about connections to elsewhere, and costs half a millisecond to read.
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  Key key(EVP_EC_gen("P-256"));
  if (!key) return openssl_error("generating a P-256 key");
  X509Pointer x509(X509_new());
  if (!x509 || !describe(x509.get(), key.get())) return openssl_error("signing");

  Bio key_pem(BIO_new(BIO_s_mem())), pem(BIO_new(BIO_s_mem())), der(BIO_new(BIO_s_mem()));
  if (!key_pem || !pem || !der ||
      !PEM_write_bio_PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) ||
      !PEM_write_bio_X509(pem.get(), x509.get()) || !i2d_X509_bio(der.get(), x509.get()))
    return openssl_error("encoding");
  return Certificate{content(key_pem.get()), content(pem.get()), content(der.get())};
}

std::string base64_raw(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends with a zero byte
  int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  while (!text.empty() && text.back() == '=') text.pop_back();
  return text;
}

}  // namespace microstack::protocol
