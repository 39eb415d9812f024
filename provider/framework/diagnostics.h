// What a person sees: errors and warnings with the path of the attribute they are about.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/result.h"

namespace microstack::terraform {

struct Schema;

// The way to an attribute: names, map keys and list indexes. A set has no addresses inside: a path ends at
// the set.
class Path {
 public:
  struct Attribute {
    std::string name;
    bool operator==(const Attribute&) const = default;
  };
  struct Key {
    std::string key;
    bool operator==(const Key&) const = default;
  };
  using Step = std::variant<Attribute, Key, std::int64_t>;

  Path() = default;
  Path(std::string attribute) {
    steps_.push_back(Attribute{std::move(attribute)});
  }                                                              // NOLINT: implicit on purpose
  Path(const char* attribute) : Path(std::string(attribute)) {}  // NOLINT

  Path attribute(std::string name) const;
  Path key(std::string name) const;
  Path index(std::int64_t number) const;

  const std::vector<Step>& steps() const { return steps_; }
  bool empty() const { return steps_.empty(); }
  std::string text() const;  // tags["a"].ports[0]
  bool operator==(const Path&) const = default;

 private:
  std::vector<Step> steps_;
};

// The path an Error's attribute names, by the schema's types: "nodes","0","name" is nodes[0].name. What the
// schema does not know ends the path.
Path path_of(const Schema& schema, const std::vector<std::string>& attribute);

struct Diagnostic {
  enum class Severity { error, warning };
  Severity severity = Severity::error;
  std::string summary;  // short, no period at the end
  std::string detail;   // full sentences: what, why, what to do
  Path path;
};

class Diagnostics {
 public:
  void error(std::string summary, std::string detail = {}, Path path = {});
  void warn(std::string summary, std::string detail = {}, Path path = {});
  // The error tree: its `what` is the summary; where, causes and fix are the detail; attribute becomes the
  // path.
  void add(const Error& error, const Schema* schema = nullptr);
  void add(Diagnostic diagnostic) { all_.push_back(std::move(diagnostic)); }

  bool has_error() const;
  const std::vector<Diagnostic>& all() const { return all_; }

 private:
  std::vector<Diagnostic> all_;
};

}  // namespace microstack::terraform
