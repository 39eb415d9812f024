// Strict JSON <-> plain aggregates, by one list of members per struct:
//
//   template <> struct Fields<Profile::Cluster> {
//     static constexpr auto list = fields(field("id", &Profile::Cluster::id),
//                                         field("name", &Profile::Cluster::name, required), ...);
//   };
//   MS_FIELDS_COMPLETE(Profile::Cluster);
//
// The list names every member in its order of declaration; one forgotten or out of order does not compile.
// Members that are lists, maps, optionals or structs with Fields of their own are walked. Decoding starts
// from a default-made struct, so a member's initializer is its default. An unknown key, a wrong type, a
// missing required key is an error with the path and the line; all of them are reported, not only the first.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/secret.h"
#include "engine/base/yaml.h"

namespace microstack {

struct Required {};
inline constexpr Required required{};

template <class Struct, class Member>
struct Field {
  using type = Member;
  const char* name;
  Member Struct::*member;
  bool required = false;
};

template <class Struct, class Member>
constexpr Field<Struct, Member> field(const char* name, Member Struct::*member) {
  return {name, member, false};
}
template <class Struct, class Member>
constexpr Field<Struct, Member> field(const char* name, Member Struct::*member, Required) {
  return {name, member, true};
}
template <class... Field>
constexpr std::tuple<Field...> fields(Field... all) {
  return {all...};
}

template <class T>
struct Fields;  // specialized for each struct: static constexpr auto list

template <class T>
concept has_fields = requires {
  Fields<T>::list;
};

// --- a forgotten member does not compile
// ------------------------------------------------------------------------------- The listed members, in
// order, must fill the aggregate, and one more ({} fits any member) must be too many.
template <class T, class List>
struct Covers;
template <class T, class... Field>
struct Covers<T, std::tuple<Field...>> {
  static constexpr bool fits = requires { T{std::declval<typename Field::type>()...}; };
  static constexpr bool room = requires { T{std::declval<typename Field::type>()..., {}}; };
};
#define MS_FIELDS_COMPLETE(...)                                                                         \
  static_assert(                                                                                        \
      ::microstack::Covers<__VA_ARGS__,                                                                 \
                           std::remove_cv_t<decltype(::microstack::Fields<__VA_ARGS__>::list)>>::fits,  \
      "Fields of " #__VA_ARGS__ ": a member is out of order, listed twice or of another struct");       \
  static_assert(                                                                                        \
      !::microstack::Covers<__VA_ARGS__,                                                                \
                            std::remove_cv_t<decltype(::microstack::Fields<__VA_ARGS__>::list)>>::room, \
      "Fields of " #__VA_ARGS__ ": a member is missing from the list")

// --- decoding
// ----------------------------------------------------------------------------------------------------------
namespace fields_detail {

template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_map : std::false_type {};
template <class T>
struct is_map<std::map<std::string, T>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};

class Decoder {
 public:
  explicit Decoder(const Document& document) : document_(document) {}

  template <class T>
  void decode(const Json& json, T& out, const std::string& path) {
    if constexpr (std::is_same_v<T, Json>) {
      out = json;
    } else if constexpr (is_optional<T>::value) {
      if (json.is_null())
        out.reset();
      else
        decode(json, out.emplace(), path);
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!json.is_boolean()) return wrong(path, "true or false", json);
      out = json.template get<bool>();
    } else if constexpr (std::is_integral_v<T>) {
      if (!json.is_number_integer()) return wrong(path, "a whole number", json);
      if (!in_range<T>(json)) return wrong(path, "a number in range", json);
      out = json.template get<T>();
    } else if constexpr (std::is_floating_point_v<T>) {
      if (!json.is_number()) return wrong(path, "a number", json);
      out = json.template get<T>();
    } else if constexpr (std::is_same_v<T, std::string>) {
      if (!json.is_string()) return wrong(path, "text", json);
      out = json.template get<std::string>();
    } else if constexpr (std::is_same_v<T, Secret>) {
      if (!json.is_string()) return wrong(path, "text", nullptr);
      out = Secret(json.template get<std::string>());
    } else if constexpr (is_vector<T>::value) {
      if (!json.is_array()) return wrong(path, "a list", json);
      out.clear();
      for (std::size_t i = 0; i < json.size(); ++i) decode(json[i], out.emplace_back(), join_path(path, i));
    } else if constexpr (is_map<T>::value) {
      if (!json.is_object()) return wrong(path, "a map", json);
      out.clear();
      for (const auto& [key, value] : json.items()) decode(value, out[key], join_path(path, key));
    } else {
      static_assert(has_fields<T>, "no Fields for this type");
      decode_struct(json, out, path);
    }
  }

  Status finish(const std::string& what) &&;

 private:
  template <class T>
  static bool in_range(const Json& json) {
    if (json.is_number_unsigned()) return std::in_range<T>(json.template get<std::uint64_t>());
    return std::in_range<T>(json.template get<std::int64_t>());
  }

  template <class T>
  void decode_struct(const Json& json, T& out, const std::string& path) {
    if (!json.is_object()) return wrong(path, "a map", json);
    std::vector<std::string_view> known;
    std::apply(
        [&](const auto&... field) {
          (known.push_back(field.name), ...);
          (decode_member(json, out, field, path), ...);
        },
        Fields<T>::list);
    unknown_keys(json, known, path);
  }

  template <class T, class F>
  void decode_member(const Json& json, T& out, const F& field, const std::string& path) {
    const auto found = json.find(field.name);
    if (found != json.end())
      decode(*found, out.*field.member, join_path(path, field.name));
    else if (field.required)
      missing(path, field.name);
  }

  void wrong(const std::string& path, const char* wanted, const Json& found);
  void missing(const std::string& path, const char* name);
  void unknown_keys(const Json& json, const std::vector<std::string_view>& known, const std::string& path);

  const Document& document_;
  std::vector<Error> errors_;
};

template <class T>
Json json_of(const T& value);

template <class T>
Json json_of_struct(const T& value) {
  Json json = Json::object();
  std::apply([&](const auto&... field) { ((json[field.name] = json_of(value.*field.member)), ...); },
             Fields<T>::list);
  return json;
}

template <class T>
Json json_of(const T& value) {
  if constexpr (is_optional<T>::value) {
    return value ? json_of(*value) : Json(nullptr);
  } else if constexpr (is_vector<T>::value) {
    Json json = Json::array();
    for (const auto& item : value) json.push_back(json_of(item));
    return json;
  } else if constexpr (is_map<T>::value) {
    Json json = Json::object();
    for (const auto& [key, item] : value) json[key] = json_of(item);
    return json;
  } else if constexpr (has_fields<T>) {
    return json_of_struct(value);
  } else {
    static_assert(!std::is_same_v<T, Secret>, "a secret has no JSON form");
    return Json(value);
  }
}

}  // namespace fields_detail

// `what` names the thing for the error: "profile", "component nova".
template <class T>
Result<T> decode(const Document& document, const std::string& what) {
  T value{};
  fields_detail::Decoder decoder(document);
  decoder.decode(document.value, value, "");
  MS_CHECK(std::move(decoder).finish(what));
  return value;
}

template <class T>
Result<T> decode(const Json& json, const std::string& what) {
  return decode<T>(Document{json, {}, {}}, what);
}

// Every member, also where it is its default: a reader sees all choices.
template <class T>
Json encode(const T& value) {
  return fields_detail::json_of(value);
}

// The known word nearest to `word`, when it is near enough to be a slip.
std::optional<std::string> did_you_mean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace microstack
