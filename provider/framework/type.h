// Terraform's types. A Type is cheap to copy; object attributes are kept sorted by name.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace microstack::terraform {

class Type {
 public:
  enum class Kind { string, number, boolean, dynamic, list, set, map, object, tuple };
  struct Attribute;

  static Type string() { return Type(Kind::string); }
  static Type number() { return Type(Kind::number); }
  static Type boolean() { return Type(Kind::boolean); }
  static Type dynamic() { return Type(Kind::dynamic); }
  static Type list(Type element);
  static Type set(Type element);
  static Type map(Type element);
  static Type object(std::vector<Attribute> attributes);
  static Type tuple(std::vector<Type> elements);

  // Compact JSON as on the wire: "string", ["list","string"], ["object",{"a":"bool"},["a"]]. An invalid text
  // makes Terraform itself crash, so text is only ever made here.
  std::string json() const;
  static Result<Type> parse(std::string_view json);

  Kind kind() const { return kind_; }
  bool is_primitive() const { return kind_ < Kind::dynamic; }
  bool has_dynamic() const;
  const Type& element() const;                       // of a list, set or map
  const std::vector<Type>& elements() const;         // of a tuple
  const std::vector<Attribute>& attributes() const;  // of an object, sorted by name

  bool operator==(const Type& other) const;

 private:
  struct Node;
  explicit Type(Kind kind) : kind_(kind) {}
  Type(Kind kind, Node node);
  Kind kind_;
  std::shared_ptr<const Node> node_;
};

struct Type::Attribute {
  std::string name;
  Type type;
  bool optional = false;  // may be left out of configuration; on the wire it is always there
  bool operator==(const Attribute&) const = default;
};

}  // namespace microstack::terraform
