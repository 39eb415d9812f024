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

#include "engine/substrate/native/native.h"

namespace microstack::native {

struct Entry {
  std::unique_ptr<Step> step;
  std::vector<std::string> after;
  std::string component;  // "" for the node's own
  enum class Kind {
    package,
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
};

Result<Recipe> recipe(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools);

// The entries marked prepare and all that they stand on.
std::set<std::string> prepared(const Recipe& recipe);

}  // namespace microstack::native
