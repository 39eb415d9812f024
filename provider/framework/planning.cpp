#include "provider/framework/planning.h"

#include <algorithm>

namespace microstack::terraform {
namespace {

using Attributes = std::vector<Attribute>;

const Value nothing;

const Value& member(const Value& object, std::size_t i) {
  return object.kind() == Value::Kind::object ? object.members()[i].value : nothing;
}

const Value& item(const Value& list, std::size_t i) {
  return list.kind() == Value::Kind::list && i < list.items().size() ? list.items()[i] : nothing;
}

const Value& keyed(const Value& map, const std::string& key) {
  auto found = map.find(key);
  return found ? *found : nothing;
}

// Could `element` of a proposed set have come from this element of the configuration's? Where the
// configuration says nothing, anything may stand.
bool came_from(const Attributes& attributes, const Value& element, const Value& config) {
  if (!element.is_known() || !config.is_known()) return element.kind() == config.kind();
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Value &c = member(config, i), &e = member(element, i);
    if (c == e || (c.is_null() && attributes[i].computed)) continue;
    if (attributes[i].nesting == Nesting::single && c.is_known() && e.is_known() &&
        came_from(attributes[i].children, e, c))
      continue;
    return false;
  }
  return true;
}

// The element of a set that fits and is not taken yet.
template <class Fits>
const Value& pick(const Value& set, std::vector<bool>& taken, Fits&& fits) {
  if (set.kind() != Value::Kind::set) return nothing;
  taken.resize(set.items().size());
  for (std::size_t i = 0; i < set.items().size(); ++i) {
    if (taken[i] || !fits(set.items()[i])) continue;
    taken[i] = true;
    return set.items()[i];
  }
  return nothing;
}

// Calls what(config, prior, planned) for each object nested in an attribute whose configuration is there.
template <class What>
void each_nested(const Attribute& attribute, const Value& config, const Value& prior, Value& planned,
                 What&& what) {
  if (!config.is_known() || !planned.is_known()) return;
  switch (attribute.nesting) {
    case Nesting::none:
      return;
    case Nesting::single:
      return what(config, prior, planned);
    case Nesting::list:
      for (std::size_t i = 0; i < planned.items().size(); ++i)
        what(item(config, i), item(prior, i), planned.items()[i]);
      return;
    case Nesting::map:
      for (auto& one : planned.members()) what(keyed(config, one.name), keyed(prior, one.name), one.value);
      return;
    case Nesting::set: {
      std::vector<bool> configured, before;
      for (auto& one : planned.items()) {
        const Value& c =
            pick(config, configured, [&](const Value& v) { return came_from(attribute.children, one, v); });
        const Value& p =
            pick(prior, before, [&](const Value& v) { return came_from(attribute.children, v, c); });
        what(c, p, one);
      }
      return;
    }
  }
}

void apply_defaults(const Attributes& attributes, const Value& prior, const Value& config, Value& planned) {
  if (planned.kind() != Value::Kind::object) return;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Attribute& a = attributes[i];
    const Value &c = member(config, i), &p = member(prior, i);
    Value& s = planned.members()[i].value;
    if (a.write_only) {
      s = Value::null();
    } else if (c.is_null() && a.planned_value) {
      s = *a.planned_value;
    } else if (c.is_null() && a.default_value) {
      s = *a.default_value;
    } else if (a.same && c.is_known() && p.is_known() && a.same(p, c)) {
      s = p;
    } else {
      each_nested(a, c, p, s,
                  [&](const Value& c, const Value& p, Value& s) { apply_defaults(a.children, p, c, s); });
    }
  }
}

void mark_unknown(const Attributes& attributes, const Value& prior, const Value& config, Value& planned) {
  if (planned.kind() != Value::Kind::object) return;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Attribute& a = attributes[i];
    const Value &c = member(config, i), &p = member(prior, i);
    Value& s = planned.members()[i].value;
    if (c.is_null() && a.computed && !a.default_value && !a.planned_value) {
      s = a.keeps && p.is_known() ? p : Value::unknown();
    } else {
      each_nested(a, c, p, s,
                  [&](const Value& c, const Value& p, Value& s) { mark_unknown(a.children, p, c, s); });
    }
  }
}

void find_replacing(const Attributes& attributes, const Value& prior, const Value& config,
                    const Value& planned, const Path& path, std::vector<Path>& out) {
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Attribute& a = attributes[i];
    const Value &c = member(config, i), &p = member(prior, i), &s = member(planned, i);
    if (p == s) continue;
    Path here = path.attribute(a.name);
    if (a.replaces || (a.replaces_if && a.replaces_if({c, p, s}))) {
      out.push_back(std::move(here));
      continue;
    }
    if (!p.is_known() || !s.is_known()) continue;
    if (a.nesting == Nesting::single) {
      find_replacing(a.children, p, c, s, here, out);
    } else if (a.nesting == Nesting::list) {
      for (std::size_t j = 0; j < std::min(p.items().size(), s.items().size()); ++j) {
        find_replacing(a.children, item(p, j), item(c, j), item(s, j),
                       here.index(static_cast<std::int64_t>(j)), out);
      }
    } else if (a.nesting == Nesting::map) {
      for (const auto& one : s.members()) {
        if (auto before = p.find(one.name))
          find_replacing(a.children, *before, keyed(c, one.name), one.value, here.key(one.name), out);
      }
    } else if (a.nesting ==
               Nesting::set) {  // elements have no address: a change of a replacing child names the set
      bool inside =
          std::any_of(a.children.begin(), a.children.end(), [](const auto& child) { return child.replaces; });
      if (inside) out.push_back(std::move(here));
    }
  }
}

}  // namespace

Value expected_state(const Schema& schema, const Value& prior, const Value& config, Value proposed) {
  apply_defaults(schema.attributes, prior, config, proposed);
  if (prior.is_null() || proposed != prior) mark_unknown(schema.attributes, prior, config, proposed);
  return proposed;
}

std::vector<Path> replacing(const Schema& schema, const Value& prior, const Value& config,
                            const Value& planned) {
  std::vector<Path> out;
  if (prior.is_known() && planned.is_known())
    find_replacing(schema.attributes, prior, config, planned, {}, out);
  return out;
}

void settle_numbers(const Value& reference, Value& value) {
  if (reference.kind() != value.kind()) return;
  switch (value.kind()) {
    case Value::Kind::number:
      if (reference.as_number() != value.as_number() &&
          reference.as_number().real() == value.as_number().real())
        value = reference;
      return;
    case Value::Kind::list:
      for (std::size_t i = 0; i < std::min(value.items().size(), reference.items().size()); ++i) {
        settle_numbers(reference.items()[i], value.items()[i]);
      }
      return;
    case Value::Kind::object:
    case Value::Kind::map:
      for (auto& one : value.members()) {
        if (auto before = reference.find(one.name)) settle_numbers(*before, one.value);
      }
      return;
    default:
      return;
  }
}

namespace {

// Calls what(attribute, config, state) for each attribute at any depth that a set is not around.
template <class What>
void each_attribute(const Attributes& attributes, const Value& config, Value& state, What&& what) {
  if (state.kind() != Value::Kind::object) return;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Attribute& a = attributes[i];
    Value& s = state.members()[i].value;
    what(a, member(config, i), s);
    if (a.nesting == Nesting::none || a.nesting == Nesting::set || !s.is_known()) continue;
    const Value& c = member(config, i);
    if (a.nesting == Nesting::single) each_attribute(a.children, c, s, what);
    if (a.nesting == Nesting::list) {
      for (std::size_t j = 0; j < s.items().size(); ++j)
        each_attribute(a.children, item(c, j), s.items()[j], what);
    }
    if (a.nesting == Nesting::map) {
      for (auto& one : s.members()) each_attribute(a.children, keyed(c, one.name), one.value, what);
    }
  }
}

bool any_write_only(const Attributes& attributes) {
  return std::any_of(attributes.begin(), attributes.end(),
                     [](const Attribute& a) { return a.write_only || any_write_only(a.children); });
}

}  // namespace

void add_write_only(const std::vector<Attribute>& attributes, const Value& config, Value& state) {
  if (!any_write_only(attributes)) return;
  each_attribute(attributes, config, state, [](const Attribute& a, const Value& c, Value& s) {
    if (a.write_only) s = c;
  });
}

void drop_write_only(const std::vector<Attribute>& attributes, Value& state) {
  if (!any_write_only(attributes)) return;
  each_attribute(attributes, nothing, state, [](const Attribute& a, const Value&, Value& s) {
    if (a.write_only) s = Value::null();
  });
}

void drop_unknown(Value& value) {
  switch (value.kind()) {
    case Value::Kind::unknown:
      value = Value::null();
      return;
    case Value::Kind::list:
    case Value::Kind::set:
    case Value::Kind::tuple:
      for (auto& one : value.items()) drop_unknown(one);
      return;
    case Value::Kind::map:
    case Value::Kind::object:
      for (auto& one : value.members()) drop_unknown(one.value);
      return;
    case Value::Kind::typed: {
      Value inner = value.inner();
      drop_unknown(inner);
      value = Value::typed(value.inner_type(), std::move(inner));
      return;
    }
    default:
      return;
  }
}

}  // namespace microstack::terraform
