// The steps of one node, component by component, before they become a plan.
//
// Within a component: folders, accounts, files, certificates, keys -> databases -> tasks -> units -> health -> finally.
// Between components there is as little order as possible: services may all start at once and wait for one another
// themselves (measured: that is faster). What is ordered: databases and SQL after the database's health; users and
// endpoints after the tables of the identity service, which starts after all of them; and what `after` names.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "engine/steps/certificate.h"
#include "engine/substrate/native/native.h"

namespace microstack::native {

struct Entry {
  std::unique_ptr<Step> step;
  std::vector<std::string> after;
  std::string component;  // "" for the node's own
  enum class Kind {
    package,
    program,
    traces,
    authority,
    directory,
    account,
    file,
    certificate,
    open_vswitch,
    database,
    task,
    unit,
    identity,
    health
  } kind;
  bool prepare = false;
};

struct Recipe {
  std::vector<Entry> entries;
  // What the texts and keys above are made of and a node that cannot draw or sign must be given.
  std::set<std::string> secrets;
  std::vector<CertificateFact> certificates;
};

Result<Recipe> recipe(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools);

// The component's tasks of another kind than its own: Component::Native::joining or leaving, for the node of `facts`.
using TasksOf = std::vector<Component::Task> Component::Native::*;
Result<std::vector<std::unique_ptr<Step>>> member_tasks(const Profile& node, const Catalogue& catalogue,
                                                        const Json& facts, Tools& tools, TasksOf which);

// The entries marked prepare and all that they stand on.
std::set<std::string> prepared(const Recipe& recipe);
std::set<std::string> of_kinds(const Recipe& recipe, std::initializer_list<Entry::Kind> kinds);

}  // namespace microstack::native
