// Terraform values: null, unknown (perhaps with refinements) or known, of any type. A Value knows which kind
// of thing it is but has no full type: it is read and written against the Type of a schema. Only what stands
// at a place of type dynamic carries its type (kind `typed`).
#pragma once

#include <compare>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "provider/framework/number.h"
#include "provider/framework/type.h"

namespace microstack::terraform {

// What is known about an unknown value. A refinement that a plan promises must hold after apply.
struct Refinement {
  struct Bound {
    Number number;
    bool inclusive = true;
  };
  bool not_null = false;
  std::string prefix;
  std::optional<Bound> lower, upper;
  std::optional<std::int64_t> shortest, longest;
  bool empty() const { return !not_null && prefix.empty() && !lower && !upper && !shortest && !longest; }
};

// Unicode normal form C, which core applies to every string; invalid UTF-8 stays as it is and does not
// conform().
std::string normalized(std::string text);

class Value {
 public:
  enum class Kind { null, unknown, boolean, number, string, list, set, tuple, map, object, typed };
  struct Member;
  struct Typed;
  using Items = std::vector<Value>;
  using Members = std::vector<Member>;  // sorted by name, each name once

  // What copies, moves or destroys is defined below, where Member is complete.
  Value() noexcept;  // null
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();
  static Value null() { return {}; }
  static Value unknown();
  static Value unknown(Refinement refinement);
  static Value boolean(bool value);
  static Value number(Number value);
  static Value string(std::string value);
  static Value list(Items items);
  static Value set(Items items);
  static Value tuple(Items items);
  static Value map(Members members);
  static Value object(Members members);
  // A value of a type of its own, for a place of type dynamic.
  static Value typed(Type type, Value value);

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::null; }
  bool is_unknown() const { return kind_ == Kind::unknown; }
  bool is_known() const { return kind_ > Kind::unknown; }  // neither null nor unknown
  bool wholly_known() const;                               // no unknown anywhere inside

  bool as_bool() const { return std::get<bool>(held_); }
  const Number& as_number() const { return std::get<Number>(held_); }
  const std::string& as_string() const { return std::get<std::string>(held_); }
  const Items& items() const { return std::get<Items>(held_); }
  Items& items() { return std::get<Items>(held_); }
  const Members& members() const { return std::get<Members>(held_); }
  Members& members() { return std::get<Members>(held_); }
  const Type& inner_type() const;        // of a typed value
  const Value& inner() const;            // of a typed value
  const Refinement* refinement() const;  // of an unknown; nullptr if nothing is known about it

  // The member of an object or map; nullptr if there is none.
  const Value* find(std::string_view name) const;
  Value* find(std::string_view name);
  // Sets a member of an object or map, adding it if need be.
  void set_member(std::string_view name, Value value);

  // By value: 1 == 1.0, sets without order; unknown equals unknown whatever its refinement.
  std::strong_ordering operator<=>(const Value& other) const;
  bool operator==(const Value& other) const { return (*this <=> other) == 0; }

 private:
  using Unknown = std::shared_ptr<const Refinement>;
  using Held = std::variant<std::monostate, Unknown, bool, Number, std::string, Items, Members,
                            std::shared_ptr<const Typed>>;
  template <class T>
  Value(Kind kind, T held) : kind_(kind), held_(std::move(held)) {}
  Kind kind_ = Kind::null;
  Held held_;
};

struct Value::Member {
  std::string name;
  Value value;
  std::strong_ordering operator<=>(const Member& other) const {
    auto names = name.compare(other.name) <=> 0;
    return names != 0 ? names : value <=> other.value;
  }
  bool operator==(const Member& other) const { return (*this <=> other) == 0; }
};

inline Value::Value() noexcept = default;
inline Value::Value(const Value&) = default;
inline Value::Value(Value&&) noexcept = default;
inline Value& Value::operator=(const Value&) = default;
inline Value& Value::operator=(Value&&) noexcept = default;
inline Value::~Value() = default;

inline Value Value::unknown() {
  return Value(Kind::unknown, Unknown{});
}
inline Value Value::boolean(bool value) {
  return Value(Kind::boolean, value);
}
inline Value Value::number(Number value) {
  return Value(Kind::number, std::move(value));
}
inline Value Value::string(std::string value) {
  return Value(Kind::string, normalized(std::move(value)));
}
inline Value Value::list(Items items) {
  return Value(Kind::list, std::move(items));
}
inline Value Value::set(Items items) {
  return Value(Kind::set, std::move(items));
}
inline Value Value::tuple(Items items) {
  return Value(Kind::tuple, std::move(items));
}

struct Value::Typed {
  Type type;
  Value value;
};

// Says whether the value is one of the type, at every depth; the error's attribute is the path to what is
// wrong.
Status conforms(const Value& value, const Type& type);

// A null of every attribute: what an object has before anything is known about it.
Value empty_object(const Type& type);

// The type a literal would have: object, tuple, string, number or bool; dynamic for null and unknown.
Type implied_type(const Value& value);

}  // namespace microstack::terraform
