// A schema as data: what Terraform is told, what plans obey, what is validated and what the docs print, from
// one list. Models (model.h) and catalogue components (Attributes in resource.h) both become this.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provider/framework/value.h"

namespace microstack::terraform {

struct Attribute;

enum class Nesting { none, single, list, set, map };

// One rule on a known value. On a list, set or map a rule made by the words below holds for each element.
struct Rule {
  std::string doc;  // "one of `a`, `b`"
  std::function<std::optional<std::string>(const Value&)>
      problem;  // what is wrong: "must be one of a, b"; no value in it
};

// A rule about an attribute and its siblings in the same object. Unknown siblings are given the benefit of
// the doubt.
struct Together {
  enum class Kind { conflicts, exactly_one, at_least_one, required_with };
  Kind kind;
  std::vector<std::string> others;
};

// How long an operation may take where the user does not say.
struct Limits {
  std::optional<std::chrono::seconds> create, read, update, remove;
};

// One attribute in the middle of planning.
struct AttributePlan {
  const Value& config;
  const Value& prior;
  const Value& planned;
};

struct Attribute {
  std::string name;
  std::string description;  // Markdown
  std::string deprecated;   // what to use instead; empty when it is not
  Type type = Type::dynamic();
  Nesting nesting = Nesting::none;  // none: `type` says all; else `children` do and `type` follows from them
  std::vector<Attribute> children;  // sorted by name
  bool block = false;               // written as a block without `=`: only for `timeouts`
  bool required = false, optional = false, computed = false;
  bool sensitive = false, write_only = false, identity = false;
  bool replaces = false;  // a change makes a new resource
  bool keeps = false;     // an update leaves the prior value (an id): it is not "known after apply"
  std::optional<Value> default_value;  // where configuration says nothing
  std::optional<Value>
      planned_value;  // what every plan expects of this computed attribute (`drift` is planned empty)
  std::function<bool(const AttributePlan&)> replaces_if;
  std::string replaces_if_doc;
  std::function<bool(const Value& prior, const Value& config)>
      same;  // differ only in how they are written: keep prior
  std::vector<Rule> rules;
  std::vector<Together> together;
  Limits limits;  // of the block `timeouts`
};

struct Schema {
  std::string description;  // Markdown
  std::string deprecated;
  std::vector<Attribute> attributes;  // sorted by name, blocks too: the order of the members of a value
  Type type = Type::object({});

  const Attribute* find(std::string_view name) const;
};

// Sorts, and derives the types of nested attributes and of the whole.
Schema sealed(Schema schema);

// Everything that core or section 10 of the protocol's rules would refuse, one sentence each, naming the
// attribute. `owner` is what the author calls it: "resource microstack_node". Provider configuration has
// other reserved names.
enum class SchemaOf { resource, data, ephemeral, provider, action, list };
std::vector<std::string> problems(const Schema& schema, const std::string& owner, SchemaOf of);

// The words of a schema, shared by model members and data-made attributes. Each returns the thing it was said
// about.
template <class Self>
class Words {
 public:
  Self&& doc(std::string markdown) && {
    return with([&](Attribute& a) { a.description = std::move(markdown); });
  }
  Self&& required() && {
    return with([](Attribute& a) { a.required = true; });
  }
  Self&& optional() && {
    return with([](Attribute& a) { a.optional = true; });
  }
  Self&& computed() && {
    return with([](Attribute& a) { a.computed = true; });
  }
  Self&& sensitive() && {
    return with([](Attribute& a) { a.sensitive = true; });
  }
  // Never in plan or state: create and update find the configured value in their model, nothing else does.
  Self&& write_only() && {
    return with([](Attribute& a) { a.write_only = true; });
  }
  Self&& deprecated(std::string use_instead) && {
    return with([&](Attribute& a) { a.deprecated = std::move(use_instead); });
  }
  // Part of the identity by which the resource is found again (Terraform 1.12); of a primitive type.
  Self&& identity() && {
    return with([](Attribute& a) { a.identity = true; });
  }
  Self&& replaces() && {
    return with([](Attribute& a) { a.replaces = true; });
  }
  Self&& replaces_if(std::string doc, std::function<bool(const AttributePlan&)> when) && {
    return with([&](Attribute& a) { a.replaces_if_doc = std::move(doc), a.replaces_if = std::move(when); });
  }
  Self&& keeps() && {
    return with([](Attribute& a) { a.keeps = true; });
  }
  Self&& same_if(std::function<bool(const Value& prior, const Value& config)> same) && {
    return with([&](Attribute& a) { a.same = std::move(same); });
  }
  // Optional, and this where configuration says nothing.
  Self&& default_value(Value value) && {
    return with([&](Attribute& a) { a.optional = a.computed = true, a.default_value = std::move(value); });
  }
  // Computed, and planned to be this by every plan, whatever Read found.
  Self&& planned_value(Value value) && {
    return with([&](Attribute& a) { a.computed = true, a.planned_value = std::move(value); });
  }

  Self&& one_of(std::vector<std::string> texts) &&;
  Self&& between(std::int64_t least, std::int64_t most) &&;
  Self&& at_least(std::int64_t least) &&;
  // ECMAScript, matched in whole. `meaning` is for people: "a name of letters and digits".
  Self&& matches(const std::string& pattern, std::string meaning) &&;
  Self&& length(std::size_t shortest, std::size_t longest) &&;  // of a string, in bytes
  Self&& items(std::size_t fewest, std::size_t most) &&;        // of a list, set or map
  Self&& duration() &&;                                         // "1h30m", "45s"
  Self&& rule(Rule rule) && {
    return with([&](Attribute& a) { a.rules.push_back(std::move(rule)); });
  }

  Self&& conflicts_with(std::vector<std::string> others) && {
    return together(Together::Kind::conflicts, std::move(others));
  }
  Self&& exactly_one_of(std::vector<std::string> all) && {
    return together(Together::Kind::exactly_one, std::move(all));
  }
  Self&& at_least_one_of(std::vector<std::string> all) && {
    return together(Together::Kind::at_least_one, std::move(all));
  }
  Self&& required_with(std::vector<std::string> others) && {
    return together(Together::Kind::required_with, std::move(others));
  }

  // On the block `timeouts`: the operations that can be limited, and their limits where the user does not
  // say.
  Self&& limits(Limits limits) && {
    return with([&](Attribute& a) { a.limits = limits; });
  }

 private:
  template <class Change>
  Self&& with(Change&& change) {
    auto& self = static_cast<Self&>(*this);
    change(self.attribute);
    return std::move(self);
  }
  Self&& together(Together::Kind kind, std::vector<std::string> others) {
    return with([&](Attribute& a) { a.together.push_back({kind, std::move(others)}); });
  }
};

Rule one_of_rule(std::vector<std::string> texts);
Rule between_rule(std::optional<std::int64_t> least, std::optional<std::int64_t> most);
Rule matches_rule(const std::string& pattern, std::string meaning);
Rule length_rule(std::size_t shortest, std::size_t longest);
Rule items_rule(std::size_t fewest, std::size_t most);
Rule duration_rule();

template <class Self>
Self&& Words<Self>::one_of(std::vector<std::string> texts) && {
  return std::move(*this).rule(one_of_rule(std::move(texts)));
}
template <class Self>
Self&& Words<Self>::between(std::int64_t least, std::int64_t most) && {
  return std::move(*this).rule(between_rule(least, most));
}
template <class Self>
Self&& Words<Self>::at_least(std::int64_t least) && {
  return std::move(*this).rule(between_rule(least, std::nullopt));
}
template <class Self>
Self&& Words<Self>::matches(const std::string& pattern, std::string meaning) && {
  return std::move(*this).rule(matches_rule(pattern, std::move(meaning)));
}
template <class Self>
Self&& Words<Self>::length(std::size_t shortest, std::size_t longest) && {
  return std::move(*this).rule(length_rule(shortest, longest));
}
template <class Self>
Self&& Words<Self>::items(std::size_t fewest, std::size_t most) && {
  return std::move(*this).rule(items_rule(fewest, most));
}
template <class Self>
Self&& Words<Self>::duration() && {
  return std::move(*this).rule(duration_rule());
}

// An attribute made from data: named("size", Type::number()).optional().doc("...").attribute
class Named : public Words<Named> {
 public:
  Attribute attribute;
};
Named named(std::string name, Type type);
Named named(std::string name, Nesting nesting, std::vector<Attribute> children);
// The block `timeouts`; say .limits(...) on it.
Named timeouts_block();

}  // namespace microstack::terraform
