#include "provider/framework/value.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>

namespace microstack::terraform {
namespace {

bool is_utf8(std::string_view text) {
  auto at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    if (*at < 0x80) {  // values of hundreds of megabytes are ASCII
      ++at, --left;
      continue;
    }
    utf8proc_int32_t point = 0;
    auto used = utf8proc_iterate(at, left, &point);
    if (used <= 0) return false;
    at += used;
    left -= used;
  }
  return true;
}

std::vector<const Value*> sorted(const Value::Items& items) {
  std::vector<const Value*> out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(&item);
  std::sort(out.begin(), out.end(), [](auto a, auto b) { return *a < *b; });
  return out;
}

void sort_by_name(Value::Members& members) {
  auto less = [](const auto& a, const auto& b) { return a.name < b.name; };
  if (!std::is_sorted(members.begin(), members.end(), less))
    std::stable_sort(members.begin(), members.end(), less);
  auto last = std::unique(members.rbegin(), members.rend(),
                          [](const auto& a, const auto& b) { return a.name == b.name; });
  members.erase(members.begin(), last.base());  // of two with one name the later stays
}

std::string_view kind_name(Value::Kind kind) {
  constexpr std::string_view names[] = {"null",     "an unknown value", "a bool",         "a number",
                                        "a string", "a list",           "a set",          "a tuple",
                                        "a map",    "an object",        "a dynamic value"};
  return names[static_cast<int>(kind)];
}

Error misfit(const Value& value, const std::string& wanted) {
  return give_up(wanted + " is required, not " + std::string(kind_name(value.kind())));
}

Status at(std::string step, Status status) {
  if (!status) status.error().attribute.insert(status.error().attribute.begin(), std::move(step));
  return status;
}

Status members_conform(const Value& value, const Type& type) {
  if (value.kind() != Value::Kind::object) return misfit(value, "an object");
  const auto& have = value.members();
  const auto& want = type.attributes();
  for (std::size_t i = 0; i < want.size() || i < have.size(); ++i) {
    if (i >= have.size() || (i < want.size() && want[i].name < have[i].name)) {
      return at(want[i].name, give_up("the attribute is missing"));
    }
    if (i >= want.size() || have[i].name != want[i].name)
      return at(have[i].name, give_up("there is no such attribute"));
    MS_CHECK(at(want[i].name, conforms(have[i].value, want[i].type)));
  }
  return {};
}

Status items_conform(const Value& value, const Type& type) {
  const auto& items = value.items();
  for (std::size_t i = 0; i < items.size(); ++i) {
    MS_CHECK(at(std::to_string(i), conforms(items[i], type.element())));
  }
  return {};
}

}  // namespace

std::string normalized(std::string text) {
  if (std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; }))
    return text;
  utf8proc_uint8_t* made = nullptr;
  auto size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                           static_cast<utf8proc_ssize_t>(text.size()), &made,
                           static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  if (size < 0) return text;
  std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

Value Value::unknown(Refinement refinement) {
  if (refinement.empty()) return unknown();
  return Value(Kind::unknown, Unknown(std::make_shared<const Refinement>(std::move(refinement))));
}

Value Value::map(Members members) {
  sort_by_name(members);
  return Value(Kind::map, std::move(members));
}

Value Value::object(Members members) {
  sort_by_name(members);
  return Value(Kind::object, std::move(members));
}

Value Value::typed(Type type, Value value) {
  if (type.kind() == Type::Kind::dynamic) return value;
  return Value(Kind::typed, std::make_shared<const Typed>(Typed{std::move(type), std::move(value)}));
}

const Type& Value::inner_type() const {
  return std::get<std::shared_ptr<const Typed>>(held_)->type;
}
const Value& Value::inner() const {
  return std::get<std::shared_ptr<const Typed>>(held_)->value;
}
const Refinement* Value::refinement() const {
  return std::get<Unknown>(held_).get();
}

bool Value::wholly_known() const {
  if (auto items = std::get_if<Items>(&held_)) {
    return std::all_of(items->begin(), items->end(), [](const Value& v) { return v.wholly_known(); });
  }
  if (auto members = std::get_if<Members>(&held_)) {
    return std::all_of(members->begin(), members->end(),
                       [](const Member& m) { return m.value.wholly_known(); });
  }
  if (kind_ == Kind::typed) return inner().wholly_known();
  return kind_ != Kind::unknown;
}

Value* Value::find(std::string_view name) {
  return const_cast<Value*>(std::as_const(*this).find(name));
}

const Value* Value::find(std::string_view name) const {
  auto members = std::get_if<Members>(&held_);
  if (!members) return nullptr;
  auto found = std::lower_bound(members->begin(), members->end(), name,
                                [](const Member& m, std::string_view n) { return m.name < n; });
  return found != members->end() && found->name == name ? &found->value : nullptr;
}

void Value::set_member(std::string_view name, Value value) {
  auto& all = members();
  auto place = std::lower_bound(all.begin(), all.end(), name,
                                [](const Member& m, std::string_view n) { return m.name < n; });
  if (place != all.end() && place->name == name) {
    place->value = std::move(value);
  } else {
    all.insert(place, Member{std::string(name), std::move(value)});
  }
}

std::strong_ordering Value::operator<=>(const Value& other) const {
  if (kind_ != other.kind_) return kind_ <=> other.kind_;
  switch (kind_) {
    case Kind::null:
    case Kind::unknown:
      return std::strong_ordering::equal;
    case Kind::boolean:
      return as_bool() <=> other.as_bool();
    case Kind::number:
      return as_number() <=> other.as_number();
    case Kind::string:
      return as_string().compare(other.as_string()) <=> 0;
    case Kind::list:
    case Kind::tuple:
      return std::lexicographical_compare_three_way(items().begin(), items().end(), other.items().begin(),
                                                    other.items().end());
    case Kind::set: {
      auto a = sorted(items()), b = sorted(other.items());
      return std::lexicographical_compare_three_way(a.begin(), a.end(), b.begin(), b.end(),
                                                    [](auto x, auto y) { return *x <=> *y; });
    }
    case Kind::map:
    case Kind::object:
      return std::lexicographical_compare_three_way(members().begin(), members().end(),
                                                    other.members().begin(), other.members().end());
    case Kind::typed: {
      if (inner_type() == other.inner_type()) return inner() <=> other.inner();
      return inner_type().json().compare(other.inner_type().json()) <=> 0;
    }
  }
  return std::strong_ordering::equal;
}

Status conforms(const Value& value, const Type& type) {
  if (value.is_null() || value.is_unknown()) return {};
  switch (type.kind()) {
    case Type::Kind::boolean:
      return value.kind() == Value::Kind::boolean ? Status() : misfit(value, "a bool");
    case Type::Kind::number:
      return value.kind() == Value::Kind::number ? Status() : misfit(value, "a number");
    case Type::Kind::string:
      if (value.kind() != Value::Kind::string) return misfit(value, "a string");
      return is_utf8(value.as_string()) ? Status() : give_up("the string is not valid UTF-8");
    case Type::Kind::list:
      return value.kind() == Value::Kind::list ? items_conform(value, type) : misfit(value, "a list");
    case Type::Kind::set:
      return value.kind() == Value::Kind::set ? items_conform(value, type) : misfit(value, "a set");
    case Type::Kind::map:
      if (value.kind() != Value::Kind::map) return misfit(value, "a map");
      for (const auto& member : value.members())
        MS_CHECK(at(member.name, conforms(member.value, type.element())));
      return {};
    case Type::Kind::object:
      return members_conform(value, type);
    case Type::Kind::tuple:
      if (value.kind() != Value::Kind::tuple || value.items().size() != type.elements().size()) {
        return misfit(value, "a tuple of " + std::to_string(type.elements().size()));
      }
      for (std::size_t i = 0; i < type.elements().size(); ++i) {
        MS_CHECK(at(std::to_string(i), conforms(value.items()[i], type.elements()[i])));
      }
      return {};
    case Type::Kind::dynamic:
      if (value.kind() != Value::Kind::typed) return misfit(value, "a value with its type (Value::typed)");
      return conforms(value.inner(), value.inner_type());
  }
  return {};
}

Value empty_object(const Type& type) {
  Value::Members members;
  members.reserve(type.attributes().size());
  for (const auto& attribute : type.attributes()) members.push_back({attribute.name, {}});
  return Value::object(std::move(members));
}

Type implied_type(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
    case Value::Kind::unknown:
      return Type::dynamic();
    case Value::Kind::boolean:
      return Type::boolean();
    case Value::Kind::number:
      return Type::number();
    case Value::Kind::string:
      return Type::string();
    case Value::Kind::list:
    case Value::Kind::set:
    case Value::Kind::tuple: {
      std::vector<Type> types;
      for (const auto& item : value.items()) types.push_back(implied_type(item));
      if (value.kind() == Value::Kind::tuple) return Type::tuple(std::move(types));
      Type element = types.empty() ? Type::dynamic() : types.front();
      return value.kind() == Value::Kind::list ? Type::list(element) : Type::set(element);
    }
    case Value::Kind::map:
      return Type::map(value.members().empty() ? Type::dynamic()
                                               : implied_type(value.members().front().value));
    case Value::Kind::object: {
      std::vector<Type::Attribute> attributes;
      for (const auto& member : value.members())
        attributes.push_back({member.name, implied_type(member.value)});
      return Type::object(std::move(attributes));
    }
    case Value::Kind::typed:
      return value.inner_type();
  }
  return Type::dynamic();
}

}  // namespace microstack::terraform
