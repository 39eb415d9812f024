#include "engine/base/secret.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <stdexcept>
#include <vector>

namespace microstack {

Secret::~Secret() {
  // A moved-from short string keeps its bytes in place beyond its length, so all of the capacity is
  // overwritten.
  text_.resize(text_.capacity());
  OPENSSL_cleanse(text_.data(), text_.size());
}

bool Secret::operator==(const Secret& other) const {
  return text_.size() == other.text_.size() &&
         CRYPTO_memcmp(text_.data(), other.text_.data(), text_.size()) == 0;
}

Secret random_secret(std::size_t bytes) {
  static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::vector<unsigned char> random(bytes);
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    throw std::runtime_error("the kernel gives no random bytes");  // nothing sane can follow
  std::string text;
  text.reserve((bytes * 4 + 2) / 3);
  unsigned bits = 0;
  int held = 0;
  for (const unsigned char byte : random) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) text.push_back(alphabet[bits >> (held - 6) & 63]);
  }
  if (held > 0) text.push_back(alphabet[bits << (6 - held) & 63]);
  OPENSSL_cleanse(random.data(), random.size());
  return Secret(std::move(text));
}

}  // namespace microstack
