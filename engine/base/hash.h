// SHA-256 and its keyed form, as lower-case hex, and Base64 (OpenSSL).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace microstack {

std::string sha256_hex(std::string_view bytes);
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

std::string to_base64(std::string_view bytes);                  // with padding
std::optional<std::string> from_base64(std::string_view text);  // nullopt: not Base64

}  // namespace microstack
