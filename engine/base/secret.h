// A text that does not print. It travels by file or stdin, never by argv, log, plan text or Terraform private data.
#pragma once

#include <string>
#include <utility>

namespace microstack {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret();  // overwrites the text

  // The text itself: name the reason at the call, and let it go out of scope soon.
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  bool operator==(const Secret& other) const;  // in constant time for equal lengths

 private:
  std::string text_;
};

// `bytes` random bytes as URL-safe base64 without padding; 24 bytes are 192 bits in 32 characters.
Secret random_secret(std::size_t bytes = 24);

}  // namespace microstack
