// A template's text as a tree.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/template_expression.h"

namespace microstack::jinja {

struct Node;
using Nodes = std::vector<Node>;

struct Branch {
  Expression condition;  // a literal true for else
  int line = 0;
  Nodes body;
};

struct Node {
  enum class Kind { text, value, choice, loop };
  Kind kind = Kind::text;
  int line = 0;
  std::string text;              // of text; the variable of a loop
  Expression expression;         // of value; the list of a loop
  std::vector<Branch> branches;  // of choice
  Nodes body;                    // of loop
};

// `name` is for errors; the names of the template's secrets are added to `secrets`.
Result<Nodes> read_template(std::string_view text, const std::string& name, std::set<std::string>& secrets);

}  // namespace microstack::jinja
