#include <algorithm>

#include "engine/base/json.h"
#include "provider/framework/msgpack.h"

namespace microstack::terraform {
namespace {

constexpr std::size_t deepest = 400;

// Builds Values straight from the parser's events, so that the text of a number is never lost in a double.
class Builder : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return add(Value::null()); }
  bool boolean(bool value) override { return add(Value::boolean(value)); }
  bool number_integer(std::int64_t value) override { return add(Value::number(value)); }
  bool number_unsigned(std::uint64_t value) override {
    return add(Value::number(*Number::parse(std::to_string(value))));
  }
  bool number_float(double, const std::string& text) override {
    auto number = Number::parse(text);
    if (!number) return problem_ = "a number has too many digits", false;
    return add(Value::number(std::move(*number)));
  }
  bool string(std::string& value) override { return add(Value::string(std::move(value))); }
  bool binary(Json::binary_t&) override { return false; }
  bool key(std::string& name) override { return open_.back().name = normalized(std::move(name)), true; }
  bool start_object(std::size_t) override { return open(true); }
  bool start_array(std::size_t) override { return open(false); }
  bool end_object() override {
    auto members = std::move(open_.back().members);
    open_.pop_back();
    return add(Value::object(std::move(members)));
  }
  bool end_array() override {
    auto items = std::move(open_.back().items);
    open_.pop_back();
    return add(Value::tuple(std::move(items)));
  }
  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return problem_ = "not JSON at byte " + std::to_string(position), false;
  }

  Value root_;
  std::string problem_;

 private:
  struct Open {
    bool object;
    std::string name;
    Value::Items items;
    Value::Members members;
  };
  bool open(bool object) {
    if (open_.size() >= deepest)
      return problem_ = "nested more than " + std::to_string(deepest) + " levels deep", false;
    open_.push_back({object, {}, {}, {}});
    return true;
  }
  bool add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().object) {
      open_.back().members.push_back({open_.back().name, std::move(value)});
    } else {
      open_.back().items.push_back(std::move(value));
    }
    return true;
  }
  std::vector<Open> open_;
};

Error unfit(const Type& type) {
  return give_up("the saved value is not a " + type.json());
}

Result<Value> fit_dynamic(Value value) {
  auto type = value.find("type"), inner = value.find("value");
  if (type && inner && value.members().size() == 2) {
    auto declared = Type::parse(to_json_text(*type));
    if (declared && declared->kind() != Type::Kind::dynamic) {
      MS_TRY(auto fitted, fit(*inner, *declared));
      return Value::typed(std::move(*declared), std::move(fitted));
    }
  }
  Type implied = implied_type(value);
  return Value::typed(std::move(implied), std::move(value));
}

Result<Value::Items> fit_items(Value value, const Type& type) {
  if (value.kind() != Value::Kind::tuple && value.kind() != Value::Kind::list &&
      value.kind() != Value::Kind::set)
    return unfit(type);
  auto items = std::move(value.items());
  bool tuple = type.kind() == Type::Kind::tuple;
  if (tuple && items.size() != type.elements().size()) return unfit(type);
  for (std::size_t i = 0; i < items.size(); ++i) {
    MS_TRY(items[i], fit(std::move(items[i]), tuple ? type.elements()[i] : type.element()));
  }
  return items;
}

bool has_members(const Value& value) {
  return value.kind() == Value::Kind::object || value.kind() == Value::Kind::map;
}

Json to_json(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::null:
    case Value::Kind::unknown:
      return nullptr;
    case Value::Kind::boolean:
      return value.as_bool();
    case Value::Kind::number:
      if (auto integer = value.as_number().integer()) return *integer;
      return value.as_number().is_infinite() ? Json(value.as_number().text())
                                             : Json(value.as_number().real());
    case Value::Kind::string:
      return value.as_string();
    case Value::Kind::list:
    case Value::Kind::set:
    case Value::Kind::tuple: {
      Json out = Json::array();
      for (const auto& item : value.items()) out.push_back(to_json(item));
      return out;
    }
    case Value::Kind::map:
    case Value::Kind::object: {
      Json out = Json::object();
      for (const auto& member : value.members()) out[member.name] = to_json(member.value);
      return out;
    }
    case Value::Kind::typed:
      return to_json(value.inner());
  }
  return nullptr;
}

}  // namespace

Result<Value> parse_json(std::string_view text) {
  Builder builder;
  if (!Json::sax_parse(text, &builder))
    return give_up(builder.problem_.empty() ? "not JSON" : builder.problem_);
  return std::move(builder.root_);
}

Result<Value> fit(Value value, const Type& type) {
  if (value.kind() == Value::Kind::typed && type.kind() != Type::Kind::dynamic)
    return fit(value.inner(), type);
  if (value.is_null() || value.is_unknown()) return value;
  switch (type.kind()) {
    case Type::Kind::boolean:
      if (value.kind() == Value::Kind::string &&
          (value.as_string() == "true" || value.as_string() == "false")) {
        return Value::boolean(value.as_string() == "true");
      }
      return value.kind() == Value::Kind::boolean ? Result<Value>(std::move(value)) : unfit(type);
    case Type::Kind::number:
      if (value.kind() == Value::Kind::string) {
        auto number = Number::parse(value.as_string());
        if (number) return Value::number(std::move(*number));
      }
      return value.kind() == Value::Kind::number ? Result<Value>(std::move(value)) : unfit(type);
    case Type::Kind::string:
      if (value.kind() == Value::Kind::boolean) return Value::string(value.as_bool() ? "true" : "false");
      if (value.kind() == Value::Kind::number) return Value::string(value.as_number().text());
      return value.kind() == Value::Kind::string ? Result<Value>(std::move(value)) : unfit(type);
    case Type::Kind::list: {
      MS_TRY(auto items, fit_items(std::move(value), type));
      return Value::list(std::move(items));
    }
    case Type::Kind::set: {
      MS_TRY(auto items, fit_items(std::move(value), type));
      std::sort(items.begin(), items.end());
      items.erase(std::unique(items.begin(), items.end()), items.end());
      return Value::set(std::move(items));
    }
    case Type::Kind::tuple: {
      MS_TRY(auto items, fit_items(std::move(value), type));
      return Value::tuple(std::move(items));
    }
    case Type::Kind::map: {
      if (!has_members(value)) return unfit(type);
      auto members = std::move(value.members());
      for (auto& member : members) {
        MS_TRY(member.value, fit(std::move(member.value), type.element()));
      }
      return Value::map(std::move(members));
    }
    case Type::Kind::object: {
      if (!has_members(value)) return unfit(type);
      Value::Members members;
      for (const auto& attribute : type.attributes()) {
        auto found = value.find(attribute.name);
        MS_TRY(auto fitted, fit(found ? std::move(*found) : Value::null(), attribute.type));
        members.push_back({attribute.name, std::move(fitted)});
      }
      return Value::object(std::move(members));
    }
    case Type::Kind::dynamic:
      if (value.kind() == Value::Kind::typed) return value;
      return fit_dynamic(std::move(value));
  }
  return unfit(type);
}

std::string to_json_text(const Value& value) {
  return to_json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace microstack::terraform
