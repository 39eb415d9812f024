// Errors are values. A Result is a value or an Error; an Error is a tree that says what failed, where, and what to
// do next, and of what kind it is, so that a caller can decide without reading text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace microstack {

// What the caller may do about an error.
enum class ErrorKind {
  retry,    // transient: the same call may go through later
  ask,      // a person must change something (an argument, a free port, disk space); nothing was lost
  give_up,  // a bug or a broken world: neither helps
};

struct Error {
  ErrorKind kind = ErrorKind::give_up;
  std::string what;                    // what failed, one sentence without a final period
  std::string where;                   // host, path:line, URL, unit; may be empty
  std::string fix;                     // what to do next; may be empty
  std::vector<std::string> attribute;  // path of the attribute, key or flag that is to blame; may be empty
  std::vector<Error> causes;
  std::string code = {};  // the other side's own name for it ("not found" of Juju, "NotFound" of
                          // Kubernetes); for programs, never shown; may be empty

  // True when this error or one of its causes carries that code.
  bool has_code(std::string_view wanted) const;

  // This error as the cause of a wider one: Error::wide("installing nova-api").because(e). Kind, fix and attribute of
  // the first cause are kept where the wider error has none of its own.
  Error because(Error cause) &&;

  // The tree as text: one line per node, causes indented by two spaces.
  std::string text() const;
};

// Shorthands for the three kinds.
Error retry(std::string what, std::string where = {}, std::string fix = {});
Error ask(std::string what, std::string where = {}, std::string fix = {},
          std::vector<std::string> attribute = {});
Error give_up(std::string what, std::string where = {}, std::string fix = {});

// "while doing X": the layer each caller adds on the way up.
Error doing(std::string what, Error cause);

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return held_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(held_); }
  const T& value() const& { return std::get<0>(held_); }
  T&& value() && { return std::get<0>(std::move(held_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() & { return std::get<1>(held_); }
  const Error& error() const& { return std::get<1>(held_); }
  Error&& error() && { return std::get<1>(std::move(held_)); }
  T value_or(T other) const& { return ok() ? value() : std::move(other); }

 private:
  std::variant<T, Error> held_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT
  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  Error& error() & { return *error_; }
  const Error& error() const& { return *error_; }
  Error&& error() && { return std::move(*error_); }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace microstack

// MS_TRY(auto text, read(path)): declares `text` or returns the error from the enclosing function.
#define MS_TRY_CAT2(a, b) a##b
#define MS_TRY_CAT(a, b) MS_TRY_CAT2(a, b)
#define MS_TRY(declaration, ...)                                                                     \
  auto MS_TRY_CAT(ms_result_, __LINE__) = (__VA_ARGS__);                                             \
  if (!MS_TRY_CAT(ms_result_, __LINE__)) return std::move(MS_TRY_CAT(ms_result_, __LINE__)).error(); \
  declaration = std::move(MS_TRY_CAT(ms_result_, __LINE__)).value()

// MS_CHECK(status): returns the error, if there is one, from the enclosing function.
#define MS_CHECK(...) \
  if (auto ms_status = (__VA_ARGS__); !ms_status) return std::move(ms_status).error()
