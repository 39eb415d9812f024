#include <algorithm>
#include <set>

#include "provider/framework/name.h"
#include "provider/framework/schema.h"

namespace microstack::terraform {
namespace {

class Checker {
 public:
  Checker(std::string owner, SchemaOf of) : owner_(std::move(owner)), of_(of) {}

  void attributes(const std::vector<Attribute>& all, const std::string& path, bool in_set) {
    std::set<std::string> names;
    for (const auto& attribute : all) {
      if (!names.insert(attribute.name).second) say(path + attribute.name, "is there twice");
      one(attribute, path + attribute.name, in_set, all);
    }
  }
  void reserved(const std::vector<Attribute>& all) {
    static const std::set<std::string> in_resources{"connection", "count",    "depends_on", "for_each",
                                                    "lifecycle",  "provider", "provisioner"};
    static const std::set<std::string> in_provider{"alias", "version"};
    const auto& names = of_ == SchemaOf::provider ? in_provider : in_resources;
    for (const auto& attribute : all) {
      if (names.count(attribute.name)) say(attribute.name, "is a word that Terraform keeps for itself");
    }
  }
  std::vector<std::string> found;

 private:
  void say(const std::string& path, const std::string& what) {
    found.push_back(owner_ + ": attribute " + path + " " + what);
  }

  void one(const Attribute& a, const std::string& path, bool in_set, const std::vector<Attribute>& siblings) {
    if (!is_name(a.name)) say(path, "must be named in lower case letters, digits and _");
    if (a.block) return block(a, path);
    kinds(a, path, in_set);
    values(a, path);
    for (const auto& together : a.together) {
      for (const auto& other : together.others) {
        bool known =
            std::any_of(siblings.begin(), siblings.end(), [&](const auto& s) { return s.name == other; });
        if (!known) say(path, "has a rule about " + other + ", which is not beside it");
      }
    }
    if (a.nesting != Nesting::none) attributes(a.children, path + ".", in_set || a.nesting == Nesting::set);
  }

  void kinds(const Attribute& a, const std::string& path, bool in_set) {
    if (!a.required && !a.optional && !a.computed) say(path, "must be required, optional or computed");
    if (a.required && a.optional) say(path, "cannot be both required and optional");
    if (a.required && a.computed) say(path, "cannot be both required and computed");
    if (a.write_only && a.computed) say(path, "is write-only and cannot be computed");
    if (a.write_only && !a.required && !a.optional)
      say(path, "is write-only and must be required or optional");
    if (a.write_only && in_set) say(path, "is write-only and cannot be in a set");
    if (a.write_only && of_ != SchemaOf::resource) say(path, "is write-only, which only resources may have");
    if (a.write_only) {
      for (const auto& child : a.children) {
        if (!child.write_only) say(path + "." + child.name, "must be write-only, as what it is in");
      }
    }
    if (of_ == SchemaOf::provider && a.computed)
      say(path, "is of the provider's configuration and cannot be computed");
    if ((of_ == SchemaOf::action || of_ == SchemaOf::list) && a.computed)
      say(path, "is an argument and cannot be computed");
    bool set = a.nesting == Nesting::set || a.type.kind() == Type::Kind::set;
    if ((set || in_set) && a.type.has_dynamic()) say(path, "has a dynamic type inside a set");
    if (a.identity && !a.type.is_primitive() &&
        !(a.type.kind() == Type::Kind::list && a.type.element().is_primitive())) {
      say(path, "is part of the identity and must be a string, number, bool or a list of one");
    }
    if (a.identity && of_ != SchemaOf::resource)
      say(path, "is part of an identity, which only resources have");
    if (a.description.empty()) say(path, "has no description");
  }

  void values(const Attribute& a, const std::string& path) {
    if (a.default_value && !a.computed) say(path, "has a default and must be computed");
    if (a.keeps && !a.computed) say(path, "keeps its prior value and must be computed");
    if (a.planned_value && (!a.computed || a.optional))
      say(path, "is planned to a value and must be computed only");
    for (const auto* value : {&a.default_value, &a.planned_value}) {
      if (!*value) continue;
      if (auto fits = conforms(**value, a.type); !fits)
        say(path, "has a default of another type: " + fits.error().what);
    }
    if (a.replaces && a.write_only) say(path, "is write-only: Terraform cannot see it change");
    if (a.default_value && a.default_value->is_known()) {
      for (const auto& rule : a.rules) {
        if (rule.problem(*a.default_value)) say(path, "has a default that its own rules refuse");
      }
    }
  }

  void block(const Attribute& a, const std::string& path) {
    if (a.name != "timeouts" || a.nesting != Nesting::single) say(path, "is a block: only `timeouts` is one");
    if (a.children.empty()) say(path, "limits no operation: say .limits({.create = ...})");
  }

  std::string owner_;
  SchemaOf of_;
};

}  // namespace

std::vector<std::string> problems(const Schema& schema, const std::string& owner, SchemaOf of) {
  Checker checker(owner, of);
  checker.attributes(schema.attributes, "", false);
  checker.reserved(schema.attributes);
  if (schema.description.empty()) checker.found.push_back(owner + " has no description");
  return std::move(checker.found);
}

}  // namespace microstack::terraform
