#include "provider/framework/number.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace microstack::terraform {
namespace {

constexpr std::size_t longest_text = 4096;

// The value is 0.DIGITS times ten to the POINT; no zeros at either end, zero has no digits.
struct Decimal {
  int sign = 0;
  std::string digits;
  std::int64_t point = 0;
};

std::optional<Decimal> decimal(std::string_view text) {
  Decimal out;
  if (text.empty() || text.size() > longest_text) return std::nullopt;
  bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  std::size_t i = 0;
  bool any = false, fraction = false;
  for (; i < text.size(); ++i) {
    char c = text[i];
    if (c == '.' && !fraction) {
      fraction = true;
    } else if (c >= '0' && c <= '9') {
      any = true;
      if (!fraction) ++out.point;
      out.digits += c;
    } else {
      break;
    }
  }
  if (!any) return std::nullopt;
  if (i < text.size()) {
    if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
    auto rest = text.substr(i + 1);
    if (!rest.empty() && rest.front() == '+') rest.remove_prefix(1);
    std::int64_t exponent = 0;
    if (rest.size() > 10) return std::nullopt;
    auto [end, bad] = std::from_chars(rest.data(), rest.data() + rest.size(), exponent);
    if (bad != std::errc() || end != rest.data() + rest.size()) return std::nullopt;
    out.point += exponent;
  }
  std::size_t zeros = std::min(out.digits.find_first_not_of('0'), out.digits.size());
  out.digits.erase(0, zeros);
  out.point -= static_cast<std::int64_t>(zeros);
  while (!out.digits.empty() && out.digits.back() == '0') out.digits.pop_back();
  if (out.digits.empty()) return Decimal{};
  out.sign = negative ? -1 : 1;
  return out;
}

// Every finite double has an exact decimal expansion of at most 767 significant digits.
Decimal expand(double value) {
  char buffer[800];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific, 766).ptr;
  return *decimal({buffer, static_cast<std::size_t>(end - buffer)});
}

std::string shortest(double value) {
  char buffer[64];
  return {buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr};
}

std::strong_ordering compare(const Decimal& a, const Decimal& b) {
  if (a.sign != b.sign) return a.sign <=> b.sign;
  if (a.sign == 0) return std::strong_ordering::equal;
  auto size = a.point != b.point ? a.point <=> b.point : a.digits.compare(b.digits) <=> 0;
  return a.sign > 0 ? size : 0 <=> size;
}

}  // namespace

Number Number::exact(double value) {
  if (value >= -9223372036854775808.0 && value < 9223372036854775808.0 && std::trunc(value) == value) {
    return Number(static_cast<std::int64_t>(value));
  }
  return Number(std::variant<std::int64_t, double, std::string>(value));
}

Number Number::of(double value) {
  if (std::isinf(value)) return exact(value);
  std::string text = shortest(value);
  auto meant = decimal(text);
  if (compare(*meant, expand(value)) == 0) return exact(value);
  return Number(std::variant<std::int64_t, double, std::string>(std::move(text)));
}

std::optional<Number> Number::parse(std::string_view text) {
  if (!decimal(text)) return std::nullopt;
  std::int64_t integer = 0;
  auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (bad == std::errc() && end == text.data() + text.size()) return Number(integer);
  return Number(std::variant<std::int64_t, double, std::string>(std::string(text)));
}

bool Number::is_infinite() const {
  auto real = std::get_if<double>(&held_);
  return real && std::isinf(*real);
}

std::optional<std::int64_t> Number::integer() const {
  if (auto integer = std::get_if<std::int64_t>(&held_)) return *integer;
  auto text = std::get_if<std::string>(&held_);
  if (!text) return std::nullopt;  // exact() has made integers of the doubles that are some
  auto value = *decimal(*text);
  if (value.sign == 0) return 0;
  if (value.point > 19 || value.point < static_cast<std::int64_t>(value.digits.size())) return std::nullopt;
  value.digits.resize(static_cast<std::size_t>(value.point), '0');
  if (value.sign < 0) value.digits.insert(value.digits.begin(), '-');
  std::int64_t integer = 0;
  auto [end, bad] = std::from_chars(value.digits.data(), value.digits.data() + value.digits.size(), integer);
  return bad == std::errc() ? std::optional(integer) : std::nullopt;
}

double Number::real() const {
  if (auto integer = std::get_if<std::int64_t>(&held_)) return static_cast<double>(*integer);
  if (auto real = std::get_if<double>(&held_)) return *real;
  const auto& text = std::get<std::string>(held_);
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  double real = 0;
  auto [end, bad] = std::from_chars(begin, text.data() + text.size(), real);
  if (bad != std::errc::result_out_of_range) return real;
  auto value = *decimal(text);
  return value.point > 0 ? value.sign * std::numeric_limits<double>::infinity() : 0.0;
}

std::string Number::text() const {
  if (auto integer = std::get_if<std::int64_t>(&held_)) return std::to_string(*integer);
  if (auto real = std::get_if<double>(&held_))
    return std::isinf(*real) ? (*real > 0 ? "+Inf" : "-Inf") : shortest(*real);
  return std::get<std::string>(held_);
}

std::strong_ordering Number::operator<=>(const Number& other) const {
  auto a = std::get_if<std::int64_t>(&held_), b = std::get_if<std::int64_t>(&other.held_);
  if (a && b) return *a <=> *b;
  auto infinity = [](const Number& n) { return n.is_infinite() ? (n.real() > 0 ? 1 : -1) : 0; };
  if (int i = infinity(*this), j = infinity(other); i || j) return i <=> j;
  auto expansion = [](const Number& n) {
    auto real = std::get_if<double>(&n.held_);
    return real ? expand(*real) : *decimal(n.text());
  };
  return compare(expansion(*this), expansion(other));
}

}  // namespace microstack::terraform
