// What a certificate or a token says about itself, to tell why it is refused: an API server says "Unauthorized" of all.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "engine/base/result.h"

namespace microstack::kubernetes {

using Time = std::chrono::system_clock::time_point;

struct CertificateFacts {
  std::string subject;  // "CN=admin, O=system:masters"
  Time not_before, not_after;
};

// Of the first certificate of a PEM text.
Result<CertificateFacts> read_certificate(const std::string& pem);
// The time a JSON web token expires; nullopt where it is none, or has no end.
std::optional<Time> token_end(const std::string& token);
// "2026-11-22T10:00:00Z" and back; nullopt: not a time.
std::string time_text(Time time);
std::optional<Time> parse_time(const std::string& text);

}  // namespace microstack::kubernetes
