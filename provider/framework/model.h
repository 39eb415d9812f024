// A model is a plain aggregate of Attr<...> members with one list that names them all. The list is the
// schema, the codec and the docs. A member that is forgotten, or listed out of order, does not compile.
//
//   struct Disk {
//     Attr<std::string> id;
//     Attr<std::int64_t> size_gib;
//     Timeouts timeouts;
//
//     static auto schema() {
//       return model<Disk>("A disk.",
//                          attribute("id", &Disk::id).computed().keeps().identity().doc("Its id."),
//                          attribute("size_gib", &Disk::size_gib).optional().defaults_to(10).between(1,
//                          512).doc("..."), attribute("timeouts", &Disk::timeouts).limits({.create =
//                          10min}));
//     }
//   };
//
// T of Attr<T>: std::string, bool, std::int64_t, int, double, Number, Secret (a sensitive string),
// std::vector<T> (list), Set<T>, std::map<std::string, T>, Value (dynamic), or another model (a nested
// attribute). Elements of collections are plain or Attr: a plain element cannot be null (an error with its
// path) nor unknown (then the whole attribute is).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "engine/base/secret.h"
#include "provider/framework/attr.h"
#include "provider/framework/schema.h"

namespace microstack::terraform {

// The block `timeouts { create = "30m" }`. The framework reads it: the limit is in Call::stop() and
// Call::deadline().
struct Timeouts {
  using value_type = Value;
  Value value;
};

template <class M>
struct Model {
  struct Member {
    std::string name;
    std::function<Status(const Value&, M&)> read;
    std::function<Value(const M&)> write;
  };
  Schema schema;
  std::vector<Member> members;  // sorted by name, as the members of a value are
};

// The model's list, made once.
template <class M>
const Model<M>& model_of() {
  static const Model<M> made = M::schema();
  return made;
}

template <class T>
concept is_model = requires {
  T::schema();
};

namespace codec {

Status misread(const Value& value, const char* wanted);
Status within(const std::string& step, Status status);  // adds a step to the error's path
Status whole_number(const Value& value, std::int64_t least, std::int64_t most, std::int64_t& out);
Attribute timeouts_attribute();

// read: from a value that is neither null nor unknown. holds: no null or unknown where T has no room for one.
template <class T>
struct Codec;

template <>
struct Codec<std::string> {
  static void describe(Attribute& a) { a.type = Type::string(); }
  static bool holds(const Value& v) { return !v.is_unknown(); }
  static Status read(const Value& v, std::string& out) {
    if (v.kind() != Value::Kind::string) return misread(v, "a string");
    return out = v.as_string(), Status();
  }
  static Value write(const std::string& in) { return Value::string(in); }
};

template <>
struct Codec<Secret> {
  static void describe(Attribute& a) { a.type = Type::string(), a.sensitive = true; }
  static bool holds(const Value& v) { return !v.is_unknown(); }
  static Status read(const Value& v, Secret& out) {
    if (v.kind() != Value::Kind::string) return misread(v, "a string");
    return out = Secret(v.as_string()), Status();
  }
  static Value write(const Secret& in) { return Value::string(in.reveal()); }
};

template <>
struct Codec<bool> {
  static void describe(Attribute& a) { a.type = Type::boolean(); }
  static bool holds(const Value& v) { return !v.is_unknown(); }
  static Status read(const Value& v, bool& out) {
    if (v.kind() != Value::Kind::boolean) return misread(v, "true or false");
    return out = v.as_bool(), Status();
  }
  static Value write(bool in) { return Value::boolean(in); }
};

template <std::signed_integral I>
struct Codec<I> {
  static void describe(Attribute& a) { a.type = Type::number(); }
  static bool holds(const Value& v) { return !v.is_unknown(); }
  static Status read(const Value& v, I& out) {
    std::int64_t wide = 0;
    MS_CHECK(whole_number(v, std::numeric_limits<I>::min(), std::numeric_limits<I>::max(), wide));
    return out = static_cast<I>(wide), Status();
  }
  static Value write(I in) { return Value::number(Number(static_cast<std::int64_t>(in))); }
};

template <>
struct Codec<double> {
  static void describe(Attribute& a) { a.type = Type::number(); }
  static bool holds(const Value& v) { return !v.is_unknown(); }
  static Status read(const Value& v, double& out) {
    if (v.kind() != Value::Kind::number) return misread(v, "a number");
    return out = v.as_number().real(), Status();
  }
  static Value write(double in) { return Value::number(Number::of(in)); }
};

template <>
struct Codec<Number> {
  static void describe(Attribute& a) { a.type = Type::number(); }
  static bool holds(const Value& v) { return !v.is_unknown(); }
  static Status read(const Value& v, Number& out) {
    if (v.kind() != Value::Kind::number) return misread(v, "a number");
    return out = v.as_number(), Status();
  }
  static Value write(const Number& in) { return Value::number(in); }
};

// Any value of any type; write one with Value::typed unless it is null or unknown.
template <>
struct Codec<Value> {
  static void describe(Attribute& a) { a.type = Type::dynamic(); }
  static bool holds(const Value&) { return true; }
  static Status read(const Value& v, Value& out) { return out = v, Status(); }
  static Value write(const Value& in) {
    return !in.is_known() || in.kind() == Value::Kind::typed ? in : Value::typed(implied_type(in), in);
  }
};

template <is_model M>
struct Codec<M> {
  static void describe(Attribute& a) {
    a.nesting = Nesting::single;
    a.children = model_of<M>().schema.attributes;
    a.type = model_of<M>().schema.type;
  }
  static bool holds(const Value& v) { return !v.is_unknown(); }  // each member has room of its own
  static Status read(const Value& v, M& out) {
    const auto& members = model_of<M>().members;
    if (v.kind() != Value::Kind::object || v.members().size() != members.size())
      return misread(v, "an object");
    for (std::size_t i = 0; i < members.size(); ++i) {
      MS_CHECK(within(members[i].name, members[i].read(v.members()[i].value, out)));
    }
    return {};
  }
  static Value write(const M& in) {
    Value::Members members;
    members.reserve(model_of<M>().members.size());
    for (const auto& member : model_of<M>().members) members.push_back({member.name, member.write(in)});
    return Value::object(std::move(members));
  }
};

template <class T>
Status read_element(const Value& v, T& out) {
  if (v.is_null()) return ask("Must not be null");
  return Codec<T>::read(v, out);
}
template <class T>
Status read_element(const Value& v, Attr<T>& out) {
  return Codec<Attr<T>>::read(v, out);
}

template <class T>
void describe_collection(Attribute& a, Nesting nesting, Type (*of)(Type)) {
  Codec<T>::describe(a);
  if (a.nesting != Nesting::none) a.nesting = nesting;
  a.type = of(a.type);
}

template <class T>
Status read_items(const Value& v, std::vector<T>& out) {
  out.clear();
  out.reserve(v.items().size());
  for (std::size_t i = 0; i < v.items().size(); ++i) {
    T item{};
    MS_CHECK(within(std::to_string(i), read_element(v.items()[i], item)));
    out.push_back(std::move(item));
  }
  return {};
}
template <class T>
Value::Items write_items(const std::vector<T>& in) {
  Value::Items items;
  items.reserve(in.size());
  for (const auto& item : in) items.push_back(Codec<T>::write(item));
  return items;
}
template <class T>
bool holds_items(const Value& v) {
  if (v.is_unknown()) return false;
  if (v.is_null()) return true;
  for (const auto& item : v.items()) {
    if (!Codec<T>::holds(item)) return false;
  }
  return true;
}

template <class T>
struct Codec<std::vector<T>> {
  static void describe(Attribute& a) { describe_collection<T>(a, Nesting::list, &Type::list); }
  static bool holds(const Value& v) { return holds_items<T>(v); }
  static Status read(const Value& v, std::vector<T>& out) {
    return v.kind() == Value::Kind::list ? read_items(v, out) : misread(v, "a list");
  }
  static Value write(const std::vector<T>& in) { return Value::list(write_items(in)); }
};

template <class T>
struct Codec<Set<T>> {
  static void describe(Attribute& a) { describe_collection<T>(a, Nesting::set, &Type::set); }
  static bool holds(const Value& v) { return holds_items<T>(v); }
  static Status read(const Value& v, Set<T>& out) {
    return v.kind() == Value::Kind::set ? read_items(v, out.items) : misread(v, "a set");
  }
  static Value write(const Set<T>& in) { return Value::set(write_items(in.items)); }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static void describe(Attribute& a) { describe_collection<T>(a, Nesting::map, &Type::map); }
  static bool holds(const Value& v) {
    if (v.is_unknown()) return false;
    if (v.is_null()) return true;
    for (const auto& member : v.members()) {
      if (!Codec<T>::holds(member.value)) return false;
    }
    return true;
  }
  static Status read(const Value& v, std::map<std::string, T>& out) {
    if (v.kind() != Value::Kind::map) return misread(v, "a map");
    out.clear();
    for (const auto& member : v.members()) {
      MS_CHECK(within(member.name, read_element(member.value, out[member.name])));
    }
    return {};
  }
  static Value write(const std::map<std::string, T>& in) {
    Value::Members members;
    for (const auto& [name, item] : in) members.push_back({name, Codec<T>::write(item)});
    return Value::map(std::move(members));
  }
};

template <class T>
struct Codec<Attr<T>> {
  static void describe(Attribute& a) { Codec<T>::describe(a); }
  static bool holds(const Value&) { return true; }
  static Status read(const Value& v, Attr<T>& out) {
    if (v.is_null()) return out = Attr<T>(), Status();
    if (v.is_unknown() || !Codec<T>::holds(v)) return out = Attr<T>::unknown(), Status();
    return Codec<T>::read(v, out.emplace());
  }
  static Value write(const Attr<T>& in) {
    return in.is_known() ? Codec<T>::write(*in) : in.is_unknown() ? Value::unknown() : Value::null();
  }
};

template <>
struct Codec<Timeouts> {
  static void describe(Attribute& a) { a = timeouts_attribute(); }
  static bool holds(const Value&) { return true; }
  static Status read(const Value& v, Timeouts& out) { return out.value = v, Status(); }
  static Value write(const Timeouts& in) { return in.value; }
};

template <class T>
struct is_attr : std::is_same<T, Timeouts> {};
template <class T>
struct is_attr<Attr<T>> : std::true_type {};

}  // namespace codec

// A member in a model's list.
template <class M, class T>
class Listed : public Words<Listed<M, T>> {
 public:
  using type = T;
  Attribute attribute;
  T M::*member;

  // Optional, and this where configuration says nothing.
  Listed&& defaults_to(typename T::value_type value) && {
    return std::move(*this).default_value(codec::Codec<T>::write(T(std::move(value))));
  }
  // Computed, and expected by every plan to be this: `drift` is planned to be empty, so that any drift is a
  // change.
  Listed&& plans_to(typename T::value_type value) && {
    return std::move(*this).planned_value(codec::Codec<T>::write(T(std::move(value))));
  }
};

template <class M, class T>
Listed<M, T> attribute(std::string name, T M::*member) {
  static_assert(codec::is_attr<T>::value, "a member of a model is an Attr<...> or Timeouts");
  Listed<M, T> out;
  codec::Codec<T>::describe(out.attribute);
  out.attribute.name = std::move(name);
  out.member = member;
  return out;
}

template <class M, class... T>
Model<M> model(std::string description, Listed<M, T>... listed) {
  static_assert(
      requires { M{std::declval<T>()...}; }, "a member is listed twice, out of order or of another struct");
  static_assert(
      !requires {
        M{std::declval<T>()..., {}};
      },
      "a member is missing from the model's list");
  Model<M> out;
  out.schema.description = std::move(description);
  [[maybe_unused]] auto add = [&out](auto& one) {
    using T1 = typename std::remove_reference_t<decltype(one)>::type;
    auto member = one.member;
    out.members.push_back({one.attribute.name,
                           [member](const Value& v, M& m) { return codec::Codec<T1>::read(v, m.*member); },
                           [member](const M& m) { return codec::Codec<T1>::write(m.*member); }});
    out.schema.attributes.push_back(std::move(one.attribute));
  };
  (add(listed), ...);
  std::sort(out.members.begin(), out.members.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  out.schema = sealed(std::move(out.schema));
  return out;
}

}  // namespace microstack::terraform
