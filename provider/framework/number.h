// A number of any precision, kept as it came and compared by value: Terraform's numbers are 512-bit floats,
// so `0.1` arrives as the text "0.1" and must go back as that, or core sees a change.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace microstack::terraform {

class Number {
 public:
  Number() = default;
  Number(std::int64_t value) : held_(value) {}       // NOLINT: implicit on purpose
  Number(int value) : held_(std::int64_t{value}) {}  // NOLINT

  // What a person means by the double: its shortest decimal text. 0.1 is one tenth, not
  // 0.1000000000000000055.
  static Number of(double value);
  // The double bit for bit, as it came over the wire; an integral one becomes an integer. Not for NaN.
  static Number exact(double value);
  // Decimal text, `-12.5e3`; nothing for anything else (at most 4,096 characters, exponent at most 9 digits).
  static std::optional<Number> parse(std::string_view text);

  std::optional<std::int64_t> integer() const;  // nothing if it has a fraction or does not fit
  double real() const;                          // the nearest double
  std::string text() const;                     // decimal; "+Inf" and "-Inf" for the infinities
  bool is_infinite() const;

  std::strong_ordering operator<=>(const Number& other) const;
  bool operator==(const Number& other) const { return (*this <=> other) == 0; }

  const std::variant<std::int64_t, double, std::string>& held() const { return held_; }

 private:
  explicit Number(std::variant<std::int64_t, double, std::string> held) : held_(std::move(held)) {}
  std::variant<std::int64_t, double, std::string> held_ = std::int64_t{0};
};

}  // namespace microstack::terraform
