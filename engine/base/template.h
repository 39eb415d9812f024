// A strict small subset of Jinja2, with its trim_blocks and lstrip_blocks:
//
//   {{ a.b }}  {{ a["b c"] }}  {{ list[0] }}       a value: text, number, true/false as "True"/"False"
//   {{ secret "nova/db" }}                         ours: resolved through a callback, so that a text can be
//   rendered with
//                                                  secrets, with their names, or with keyed hashes of them
//   {% if a.b %} {% if not a.b %} {% if a == "x" and b != 3 or (c) %} {% elif ... %} {% else %} {% endif %}
//   {% for x in a.list %} ... {{ x.name }} {{ loop.index }} {% if not loop.last %},{% endif %} {% endfor %}
//   {# comment #}   {%- -%} {{- -}}                whitespace control
//
// A line that holds only tags or comments vanishes. A path that leads nowhere is an error with template:line,
// also inside a condition: a misspelt name never silently means "no". True is what Jinja2 holds for true. The
// newline that ends the template stays (keep_trailing_newline).
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack {

using SecretText = std::function<Result<std::string>(const std::string& name)>;

class Template {
 public:
  static Result<Template> parse(const std::string& text, const std::string& name);
  Template(Template&&) noexcept;
  Template& operator=(Template&&) noexcept;
  ~Template();

  Result<std::string> render(const Json& facts, const SecretText& secret) const;
  // Names in {{ secret "..." }}, wherever they stand.
  const std::set<std::string>& secrets() const;

 private:
  struct State;
  explicit Template(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Parse and render at once; `name` is for errors.
Result<std::string> render(const std::string& text, const std::string& name, const Json& facts,
                           const SecretText& secret);

// Is the value at `path` true? For `when:`; the same words as in {% if ... %}: "network.gateway", "not
// tls.own".
Result<bool> holds(const std::string& condition, const std::string& name, const Json& facts);

// The secret callback for a text that shows names instead of secrets: "secret:nova/db".
SecretText secret_names();

}  // namespace microstack
