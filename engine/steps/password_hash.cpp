#include "engine/steps/password_hash.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <memory>

namespace microstack {

Result<std::string> password_hash(const Secret& password, int cost) {
  const auto data = std::make_unique<crypt_data>();
  char setting[CRYPT_GENSALT_OUTPUT_SIZE];
  if (crypt_gensalt_rn("$2b$", static_cast<unsigned long>(cost), nullptr, 0, setting, sizeof setting) ==
      nullptr)
    return give_up("no salt could be drawn for a password");
  const char* hash = crypt_rn(password.reveal().c_str(), setting, data.get(), sizeof(crypt_data));
  if (hash == nullptr) return give_up("a password could not be hashed");
  return std::string(hash);
}

bool password_fits(const Secret& password, const std::string& hash) {
  const auto data = std::make_unique<crypt_data>();
  const char* again = crypt_rn(password.reveal().c_str(), hash.c_str(), data.get(), sizeof(crypt_data));
  if (again == nullptr) return false;
  const std::string text = again;
  return text.size() == hash.size() && CRYPTO_memcmp(text.data(), hash.data(), hash.size()) == 0;
}

}  // namespace microstack
