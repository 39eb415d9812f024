#include "provider/framework/provider.h"

#include <set>

#include "provider/framework/name.h"

namespace microstack::terraform {
namespace {

struct NoArguments {
  static auto schema() { return model<NoArguments>("This provider needs no configuration."); }
};

class NoConfiguration : public Configuration<NoArguments> {
 public:
  Status configure(const NoArguments&, const std::string&, Call&) override { return {}; }
};

template <class Things>
void check_all(const Things& things, const char* kind, SchemaOf of, std::vector<std::string>& found) {
  std::set<std::string> names;
  for (const auto& thing : things) {
    std::string owner = std::string(kind) + " " + thing->name();
    if (!is_name(thing->name()))
      found.push_back(owner + " must be named in lower case letters, digits and _");
    if (!names.insert(thing->name()).second) found.push_back(owner + " is there twice");
    auto more = problems(thing->schema(), owner, of);
    found.insert(found.end(), more.begin(), more.end());
  }
}

void check_function(const Function& function, std::vector<std::string>& found) {
  std::set<std::string> names;
  auto say = [&](const std::string& what) { found.push_back("function " + function.name + ": " + what); };
  if (!is_name(function.name)) say("its name must be of lower case letters, digits and _");
  if (function.summary.empty()) say("has no description");
  auto all = function.parameters;
  if (function.variadic) all.push_back(*function.variadic);
  for (const auto& parameter : all) {
    if (!is_name(parameter.name))
      say("the parameter " + parameter.name + " must be named in lower case letters, digits and _");
    if (!names.insert(parameter.name).second) say("the parameter " + parameter.name + " is there twice");
    if (parameter.description.empty()) say("the parameter " + parameter.name + " has no description");
  }
}

}  // namespace

Provider::Provider(std::string name, std::string version)
    : name_(std::move(name)),
      version_(std::move(version)),
      configuration_(std::make_unique<NoConfiguration>()) {}

Status Provider::check() const {
  std::vector<std::string> found =
      problems(configuration_->schema(), "the provider's configuration", SchemaOf::provider);
  check_all(resources_, "resource", SchemaOf::resource, found);
  check_all(data_sources_, "data source", SchemaOf::data, found);
  check_all(ephemerals_, "ephemeral resource", SchemaOf::ephemeral, found);
  check_all(lists_, "list", SchemaOf::list, found);
  check_all(actions_, "action", SchemaOf::action, found);
  for (const auto& function : functions_) check_function(function, found);
  for (const auto& list : lists_) {
    bool identified = false;
    for (const auto& resource : resources_) {
      if (resource->name() != list->name()) continue;
      for (const auto& attribute : resource->schema().attributes) identified |= attribute.identity;
    }
    if (!identified)
      found.push_back("list " + list->name() + " needs a resource of its name with an identity");
  }
  for (const auto& resource : resources_) {
    if (resource->version() < 0) found.push_back("resource " + resource->name() + " has a negative version");
  }
  if (found.empty()) return {};
  Error error = give_up("the schemas of the provider are broken");
  for (auto& one : found) error.causes.push_back(give_up(std::move(one)));
  return error;
}

}  // namespace microstack::terraform
