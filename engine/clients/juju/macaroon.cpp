#include "engine/clients/juju/macaroon.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace microstack::juju {

namespace {

using Signature = std::array<unsigned char, 32>;

Signature keyed_hash(const Signature& key, const std::string& data) {
  Signature out{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(), out.data(), &size);
  return out;
}

std::string text(const Signature& signature) {
  return {signature.begin(), signature.end()};
}

// A field is text ("s") or base64 ("s64").
std::optional<std::string> field(const Json& macaroon, const std::string& name) {
  if (auto plain = macaroon.find(name); plain != macaroon.end() && plain->is_string())
    return plain->get<std::string>();
  if (auto coded = macaroon.find(name + "64"); coded != macaroon.end() && coded->is_string()) {
    return base64_decode(coded->get<std::string>());
  }
  return std::nullopt;
}

std::string encode(const std::string& bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace

std::optional<std::string> base64_decode(const std::string& text) {
  std::string clean;
  for (char c : text) {
    if (c == '=') break;
    if (c == '\n' || c == '\r') continue;
    clean.push_back(c == '-' ? '+' : c == '_' ? '/' : c);
  }
  std::size_t padding = (4 - clean.size() % 4) % 4;
  if (padding == 3) return std::nullopt;
  clean.append(padding, '=');
  std::string out(3 * clean.size() / 4, '\0');
  int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(clean.data()), static_cast<int>(clean.size()));
  if (size < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

std::string base64_encode(const std::string& bytes) {
  return encode(bytes);
}

std::string base64_url_encode(const std::string& bytes) {
  auto out = encode(bytes);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (!out.empty() && out.back() == '=') out.pop_back();
  return out;
}

Json login_macaroons(const std::vector<Cookie>& cookies) {
  Json all = Json::array();
  for (const auto& cookie : cookies) {
    if (cookie.name.rfind("macaroon-", 0) != 0) continue;
    auto decoded = base64_decode(cookie.value.reveal());
    if (!decoded) continue;
    auto slice = Json::parse(*decoded, nullptr, false);
    if (slice.is_array() && !slice.empty()) all.push_back(slice);
  }
  return all;
}

std::vector<ThirdPartyCaveat> third_party_caveats(const Json& required) {
  std::vector<ThirdPartyCaveat> caveats;
  if (!required.is_object()) return caveats;
  const Json& macaroon = required.contains("m") ? required["m"] : required;
  for (const auto& caveat : macaroon.value("c", Json::array())) {
    auto location = caveat.value("l", std::string());
    if (location.empty()) continue;  // a first-party caveat: the controller checks it
    ThirdPartyCaveat found{location, caveat.value("i64", std::string()), {}};
    if (found.id64.empty()) found.id64 = base64_url_encode(caveat.value("i", std::string()));
    if (required.contains("cdata")) found.caveat64 = required["cdata"].value(found.id64, std::string());
    caveats.push_back(found);
  }
  return caveats;
}

Result<Json> bound_discharge(const Json& discharge, const Json& root) {
  auto ours = field(discharge, "s"), theirs = field(root, "s");
  Signature zero{};
  if (!ours || !theirs || ours->size() != zero.size() || theirs->size() != zero.size()) {
    return give_up("a macaroon without a signature");
  }
  if (*ours == *theirs) return discharge;
  auto bound = keyed_hash(zero, text(keyed_hash(zero, *theirs)) + text(keyed_hash(zero, *ours)));
  Json out = discharge;
  out.erase("s");
  out["s64"] = base64_url_encode(text(bound));
  return out;
}

}  // namespace microstack::juju
