#include "engine/clients/kubernetes/certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "engine/base/hash.h"
#include "engine/base/json.h"

namespace microstack::kubernetes {
namespace {

Result<Time> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return ask("the certificate holds no valid dates");
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace

Result<CertificateFacts> read_certificate(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  if (!certificate) return ask("this is no certificate in PEM form");
  CertificateFacts facts;
  MS_TRY(facts.not_before, time_of(X509_get0_notBefore(certificate.get())));
  MS_TRY(facts.not_after, time_of(X509_get0_notAfter(certificate.get())));
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  X509_NAME_print_ex(out.get(), X509_get_subject_name(certificate.get()), 0,
                     XN_FLAG_ONELINE & ~XN_FLAG_SPC_EQ);
  char* data = nullptr;
  const auto size = BIO_get_mem_data(out.get(), &data);
  facts.subject.assign(data, static_cast<std::size_t>(size));
  return facts;
}

std::optional<Time> token_end(const std::string& token) {
  const auto first = token.find('.');
  const auto second = first == token.npos ? token.npos : token.find('.', first + 1);
  if (second == token.npos) return std::nullopt;
  std::string claims = token.substr(first + 1, second - first - 1);
  std::replace(claims.begin(), claims.end(), '-', '+');
  std::replace(claims.begin(), claims.end(), '_', '/');
  claims.append((4 - claims.size() % 4) % 4, '=');
  const auto bytes = from_base64(claims);
  if (!bytes) return std::nullopt;
  const auto json = Json::parse(*bytes, nullptr, false);
  if (!json.is_object() || !json.contains("exp") || !json["exp"].is_number()) return std::nullopt;
  return std::chrono::system_clock::from_time_t(static_cast<std::time_t>(json["exp"].get<double>()));
}

std::string time_text(Time time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

std::optional<Time> parse_time(const std::string& text) {
  std::tm parts{};
  if (!strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts)) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

}  // namespace microstack::kubernetes
