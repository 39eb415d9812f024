#include <algorithm>

#include "provider/framework/planning.h"

namespace microstack::terraform {
namespace {

using Attributes = std::vector<Attribute>;
using Found = std::vector<Broken>;

const Value nothing;

void plan_of_object(const Attributes& attributes, const Value& prior, const Value& config,
                    const Value& planned, const Path& path, Found& out);

// An attribute made of objects, of which the configuration says how many there are and how they are called.
void plan_of_nested(const Attribute& a, const Value& prior, const Value& config, const Value& planned,
                    const Path& path, Found& out) {
  if (!planned.is_known())
    return out.push_back({path, "is configured, and the plan leaves it out or unknown"});
  auto was = [&](auto&& take) -> const Value& { return prior.kind() == planned.kind() ? take() : nothing; };
  switch (a.nesting) {
    case Nesting::single:
      return plan_of_object(a.children, prior, config, planned, path, out);
    case Nesting::list:
      if (planned.items().size() != config.items().size())
        return out.push_back({path, "has another number of elements in the plan than in the configuration"});
      for (std::size_t i = 0; i < config.items().size(); ++i) {
        const Value& p =
            was([&]() -> const Value& { return i < prior.items().size() ? prior.items()[i] : nothing; });
        plan_of_object(a.children, p, config.items()[i], planned.items()[i],
                       path.index(static_cast<std::int64_t>(i)), out);
      }
      return;
    case Nesting::map:
      if (planned.members().size() != config.members().size())
        return out.push_back({path, "has other keys in the plan than in the configuration"});
      for (std::size_t i = 0; i < config.members().size(); ++i) {
        const auto& one = config.members()[i];
        if (planned.members()[i].name != one.name)
          return out.push_back({path, "has other keys in the plan than in the configuration"});
        auto before = prior.find(one.name);
        plan_of_object(a.children, before ? *before : nothing, one.value, planned.members()[i].value,
                       path.key(one.name), out);
      }
      return;
    default:
      if (planned.items().size() != config.items().size())
        out.push_back({path, "has another number of elements in the plan than in the configuration"});
  }
}

void plan_of_attribute(const Attribute& a, const Value& prior, const Value& config, const Value& planned,
                       const Path& path, Found& out) {
  if (a.write_only) {
    if (!planned.is_null()) out.push_back({path, "is write-only and must not be in a plan"});
    return;
  }
  if (a.nesting != Nesting::none && config.is_known())
    return plan_of_nested(a, prior, config, planned, path, out);
  if (planned == config) return;
  if (config.is_null()) {
    if (!a.computed)
      out.push_back({path, "is not configured and not computed, and the plan gives it a value"});
    return;
  }
  if (!prior.is_null() && planned == prior) return;
  out.push_back({path, "is planned to be something else than what is configured"});
}

void plan_of_object(const Attributes& attributes, const Value& prior, const Value& config,
                    const Value& planned, const Path& path, Found& out) {
  if (config.is_unknown() && planned.is_unknown()) return;
  if (planned.kind() != Value::Kind::object || config.kind() != Value::Kind::object) {
    if (planned.kind() != config.kind())
      out.push_back({path, "is configured, and the plan leaves it out or unknown"});
    return;
  }
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Value& p = prior.kind() == Value::Kind::object ? prior.members()[i].value : nothing;
    plan_of_attribute(attributes[i], p, config.members()[i].value, planned.members()[i].value,
                      path.attribute(attributes[i].name), out);
  }
}

// --- results

bool has_room(const Refinement* known, const Value& value) {
  if (!known) return true;
  if (value.is_null()) return !known->not_null;
  if (value.kind() == Value::Kind::string) return value.as_string().starts_with(known->prefix);
  if (value.kind() == Value::Kind::number) {
    const Number& n = value.as_number();
    if (known->lower && (known->lower->inclusive ? n < known->lower->number : n <= known->lower->number))
      return false;
    if (known->upper && (known->upper->inclusive ? n > known->upper->number : n >= known->upper->number))
      return false;
    return true;
  }
  std::optional<std::int64_t> size;
  if (value.kind() == Value::Kind::list || value.kind() == Value::Kind::set)
    size = static_cast<std::int64_t>(value.items().size());
  if (value.kind() == Value::Kind::map) size = static_cast<std::int64_t>(value.members().size());
  return !size ||
         ((!known->shortest || *size >= *known->shortest) && (!known->longest || *size <= *known->longest));
}

void result_of(const Value& planned, const Value& result, const Path& path, Found& out);

bool keeps_promise(const Value& planned, const Value& result) {
  Found out;
  result_of(planned, result, {}, out);
  return out.empty();
}

// Every planned element must have become one, and every element must have been planned.
bool sets_match(const Value& planned, const Value& result) {
  if (result.items().size() > planned.items().size()) return false;
  auto covers = [](const auto& some, const auto& others, auto&& fits) {
    return std::all_of(some.begin(), some.end(), [&](const Value& one) {
      return std::any_of(others.begin(), others.end(), [&](const Value& other) { return fits(one, other); });
    });
  };
  return covers(planned.items(), result.items(),
                [](const Value& p, const Value& r) { return keeps_promise(p, r); }) &&
         covers(result.items(), planned.items(),
                [](const Value& r, const Value& p) { return keeps_promise(p, r); });
}

void result_of(const Value& planned, const Value& result, const Path& path, Found& out) {
  if (planned.is_unknown()) {
    if (!has_room(planned.refinement(), result))
      out.push_back({path, "is not what the plan said about the unknown value"});
    return;
  }
  if (planned.kind() != result.kind()) {
    if (result.is_unknown()) return;  // said elsewhere
    return out.push_back({path, planned.is_null()  ? "was planned to be null and has a value now"
                                : result.is_null() ? "was planned to have a value and is null now"
                                                   : "is of another type than planned"});
  }
  switch (planned.kind()) {
    case Value::Kind::list:
    case Value::Kind::tuple:
      if (planned.items().size() != result.items().size())
        return out.push_back({path, "has another number of elements than planned"});
      for (std::size_t i = 0; i < planned.items().size(); ++i) {
        result_of(planned.items()[i], result.items()[i], path.index(static_cast<std::int64_t>(i)), out);
      }
      return;
    case Value::Kind::map:
    case Value::Kind::object:
      for (const auto& one : planned.members()) {
        bool map = planned.kind() == Value::Kind::map;
        Path here = map ? path.key(one.name) : path.attribute(one.name);
        if (auto found = result.find(one.name)) {
          result_of(one.value, *found, here, out);
        } else {
          out.push_back({here, "was planned and is not there"});
        }
      }
      if (result.members().size() > planned.members().size())
        out.push_back({path, "has keys that were not planned"});
      return;
    case Value::Kind::set:
      if (!sets_match(planned, result)) out.push_back({path, "has other elements than planned"});
      return;
    case Value::Kind::typed:
      if (planned.inner_type() != result.inner_type())
        return out.push_back({path, "is of another type than planned"});
      return result_of(planned.inner(), result.inner(), path, out);
    default:
      if (planned != result) out.push_back({path, "is not what was planned"});
  }
}

void unknown_in(const Value& value, const Path& path, Found& out) {
  switch (value.kind()) {
    case Value::Kind::unknown:
      return out.push_back({path, "is still unknown"});
    case Value::Kind::list:
      for (std::size_t i = 0; i < value.items().size(); ++i)
        unknown_in(value.items()[i], path.index(static_cast<std::int64_t>(i)), out);
      return;
    case Value::Kind::map:
      for (const auto& one : value.members()) unknown_in(one.value, path.key(one.name), out);
      return;
    case Value::Kind::object:
      for (const auto& one : value.members()) unknown_in(one.value, path.attribute(one.name), out);
      return;
    default:
      if (!value.wholly_known()) out.push_back({path, "has something unknown in it"});
  }
}

void write_only_in(const Attributes& attributes, const Value& state, const Path& path, Found& out) {
  if (state.kind() != Value::Kind::object) return;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Value& s = state.members()[i].value;
    Path here = path.attribute(attributes[i].name);
    if (attributes[i].write_only && !s.is_null())
      out.push_back({here, "is write-only and must not be in the state"});
    if (attributes[i].nesting == Nesting::single) write_only_in(attributes[i].children, s, here, out);
    if (s.kind() == Value::Kind::list) {
      for (const auto& one : s.items()) write_only_in(attributes[i].children, one, here, out);
    }
    if (s.kind() == Value::Kind::map) {
      for (const auto& one : s.members())
        write_only_in(attributes[i].children, one.value, here.key(one.name), out);
    }
  }
}

}  // namespace

std::vector<Broken> broken_by_plan(const Schema& schema, const Value& prior, const Value& config,
                                   const Value& planned) {
  Found out;
  plan_of_object(schema.attributes, prior, config, planned, {}, out);
  return out;
}

std::vector<Broken> broken_by_result(const Schema&, const Value& planned, const Value& result) {
  Found out;
  result_of(planned, result, {}, out);
  return out;
}

std::vector<Broken> broken_by_state(const Schema& schema, const Value& state, bool known) {
  Found out;
  if (auto fits = conforms(state, schema.type); !fits) {
    Path path = path_of(schema, fits.error().attribute);
    return {{path, "does not fit the schema: " + fits.error().what}};
  }
  write_only_in(schema.attributes, state, {}, out);
  if (known) unknown_in(state, {}, out);
  return out;
}

}  // namespace microstack::terraform
