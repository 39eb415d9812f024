// A verb of `juju microstack` is a file in commands/: commands/add_node.cpp defines `Verb add_node_verb()`, which
// says what the verb is called, takes and does. The file's name is its registration: CMake lists the folder.
// Help, the reading of the command line and completion are all made from this description; only program.cpp
// knows how.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace microstack::plugin {

class Front;

struct Parameter {
  enum class Kind {
    word,    // by its place
    words,   // all that are left
    option,  // --name VALUE
    many,    // the same, as often as one likes
    flag,    // --name
  };
  Kind kind = Kind::flag;
  std::string name;  // NAME of a word, "--name" or "-y,--yes" of an option
  std::string help;
  bool required = false;
  std::vector<std::string> choices = {};
  std::string completes =
      {};  // what its values are: "component", "feature", "node", "cluster", "file"; empty: unknown
  bool bare = false;  // an option that may come without a value
};

// What was given, by the parameter's longest name.
class Arguments {
 public:
  void set(const std::string& name, std::vector<std::string> values) { given_[name] = std::move(values); }
  bool has(const std::string& name) const { return given_.count(name) > 0; }
  std::string text(const std::string& name, const std::string& otherwise = {}) const {
    const auto found = given_.find(name);
    return found == given_.end() || found->second.empty() ? otherwise : found->second.front();
  }
  std::vector<std::string> all(const std::string& name) const {
    const auto found = given_.find(name);
    return found == given_.end() ? std::vector<std::string>() : found->second;
  }
  // A whole number from 1; the error names the flag.
  Result<int> number(const std::string& name, int otherwise) const;

 private:
  std::map<std::string, std::vector<std::string>> given_;
};

struct Verb {
  std::string name;     // as it is typed: add-node
  std::string summary;  // one line
  std::string details;  // below the options in --help; may be empty
  std::vector<Parameter> parameters;
  // Errors become the exit code; what else it ends with it sets at the front.
  Status (*run)(Front& front, const Arguments& arguments);
};

// All of them, by name (written by CMake).
std::vector<Verb> verbs();

// The parameters that many share.
Parameter format_parameter();
Parameter no_prompt_parameter();

}  // namespace microstack::plugin
