// An attribute as the author of a resource sees it: null (not set), unknown (known after apply) or a value.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace microstack::terraform {

template <class T>
class Attr {
 public:
  using value_type = T;
  Attr() = default;  // null
  template <class U = T>
  requires(std::is_convertible_v<U&&, T> && !std::is_same_v<std::remove_cvref_t<U>, Attr>) Attr(U&& value)
      : value_(std::forward<U>(value)) {}  // NOLINT: implicit on purpose
  static Attr unknown() {
    Attr out;
    out.unknown_ = true;
    return out;
  }

  bool is_null() const { return !value_ && !unknown_; }
  bool is_unknown() const { return unknown_; }
  bool is_known() const { return value_.has_value(); }  // neither null nor unknown

  // The value; asking for one that is not there is a bug of the caller.
  const T& value() const {
    return value_ ? *value_ : throw std::logic_error("a null or unknown attribute was read");
  }
  T& value() { return value_ ? *value_ : throw std::logic_error("a null or unknown attribute was read"); }
  const T& operator*() const { return value(); }
  T& operator*() { return value(); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  T value_or(T other) const { return value_ ? *value_ : std::move(other); }
  T& emplace() {
    unknown_ = false;
    return value_.emplace();
  }
  bool operator==(const Attr&) const = default;

 private:
  std::optional<T> value_;
  bool unknown_ = false;
};

// A list without order and without duplicates, where std::vector is a list.
template <class T>
struct Set {
  std::vector<T> items;
  bool operator==(const Set&) const = default;
};

}  // namespace microstack::terraform
