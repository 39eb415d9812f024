#include <algorithm>

#include "provider/framework/planning.h"

namespace microstack::terraform {
namespace {

using Attributes = std::vector<Attribute>;

std::string listed(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

void together(const Attribute& a, const Value& own, const Together& rule, const Value& object,
              const Path& path, Diagnostics& diagnostics) {
  std::vector<std::string> set, all = rule.others;
  bool unknown = false;
  for (const auto& other : rule.others) {
    auto value = object.find(other);
    if (!value || other == a.name || value->is_null()) continue;
    unknown |= value->is_unknown();
    set.push_back(other);
  }
  if (std::find(all.begin(), all.end(), a.name) == all.end()) all.insert(all.begin(), a.name);
  std::size_t count = set.size() + (own.is_null() ? 0 : 1);
  unknown |= own.is_unknown();
  switch (rule.kind) {
    case Together::Kind::conflicts:
      if (!own.is_null() && !set.empty() && !unknown) {
        diagnostics.error("Arguments exclude each other",
                          a.name + " cannot be set together with " + listed(set) + ": leave one of them out.",
                          path);
      }
      return;
    case Together::Kind::exactly_one:
      if (count == 0)
        diagnostics.error("An argument is missing", "One of " + listed(all) + " must be set.", path);
      if (count > 1 && !unknown)
        diagnostics.error("Arguments exclude each other", "Only one of " + listed(all) + " can be set.",
                          path);
      return;
    case Together::Kind::at_least_one:
      if (count == 0)
        diagnostics.error("An argument is missing", "At least one of " + listed(all) + " must be set.", path);
      return;
    case Together::Kind::required_with:
      if (own.is_null()) return;
      for (const auto& other : rule.others) {
        auto value = object.find(other);
        if (value && value->is_null())
          diagnostics.error("An argument is missing", a.name + " needs " + other + " to be set too.", path);
      }
  }
}

void object_rules(const Attributes& attributes, const Value& object, const Path& path,
                  Diagnostics& diagnostics) {
  if (object.kind() != Value::Kind::object) return;
  for (const auto& a : attributes) {
    const Value* value = object.find(a.name);
    if (!value) continue;
    Path here = path.attribute(a.name);
    for (const auto& rule : a.together) together(a, *value, rule, object, here, diagnostics);
    if (!value->is_known()) continue;
    for (const auto& rule : a.rules) {
      if (auto wrong = rule.problem(*value)) diagnostics.error("Invalid value for " + a.name, *wrong, here);
    }
    switch (a.nesting) {
      case Nesting::single:
        object_rules(a.children, *value, here, diagnostics);
        break;
      case Nesting::list:
        for (std::size_t i = 0; i < value->items().size(); ++i) {
          object_rules(a.children, value->items()[i], here.index(static_cast<std::int64_t>(i)), diagnostics);
        }
        break;
      case Nesting::set:
        for (const auto& one : value->items()) {
          Diagnostics inside;  // an element of a set has no address: what is wrong in it is said at the set
          object_rules(a.children, one, {}, inside);
          for (auto diagnostic : inside.all()) {
            diagnostic.path = here;
            diagnostics.add(std::move(diagnostic));
          }
        }
        break;
      case Nesting::map:
        for (const auto& one : value->members())
          object_rules(a.children, one.value, here.key(one.name), diagnostics);
        break;
      case Nesting::none:
        break;
    }
  }
}

void write_only_set(const Attributes& attributes, const Value& object, const Path& path,
                    Diagnostics& diagnostics) {
  if (object.kind() != Value::Kind::object) return;
  for (const auto& a : attributes) {
    const Value* value = object.find(a.name);
    if (!value) continue;
    if (a.write_only && !value->is_null()) {
      diagnostics.error(
          "Terraform is too old for " + a.name,
          "Write-only arguments need Terraform 1.11 or newer: leave it out or upgrade Terraform.",
          path.attribute(a.name));
    }
    if (a.nesting == Nesting::single) write_only_set(a.children, *value, path.attribute(a.name), diagnostics);
    if (value->kind() == Value::Kind::list) {
      for (const auto& one : value->items())
        write_only_set(a.children, one, path.attribute(a.name), diagnostics);
    }
    if (value->kind() == Value::Kind::map) {
      for (const auto& one : value->members())
        write_only_set(a.children, one.value, path.attribute(a.name).key(one.name), diagnostics);
    }
  }
}

}  // namespace

void validate(const Schema& schema, const Value& config, Diagnostics& diagnostics) {
  object_rules(schema.attributes, config, {}, diagnostics);
}

void refuse_write_only(const Schema& schema, const Value& config, Diagnostics& diagnostics) {
  write_only_set(schema.attributes, config, {}, diagnostics);
}

}  // namespace microstack::terraform
