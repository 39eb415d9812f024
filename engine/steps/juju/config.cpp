#include "engine/steps/juju/config.h"

#include <algorithm>

#include "engine/clients/juju/applications.h"

namespace microstack::juju {

namespace {

// As the command line would write it; numbers and booleans come typed.
std::string written(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? std::string() : value.dump();
}

bool same(const std::string& wished, const Json& there) {
  auto is = written(there);
  if (!there.is_boolean()) return wished == is;
  auto low = wished;
  std::transform(low.begin(), low.end(), low.begin(), [](unsigned char c) { return std::tolower(c); });
  return low == is;
}

}  // namespace

Result<Truth> ConfigStep::check(StepContext& context) {
  MS_TRY(const auto all, view_.config(limit(context)));
  const auto found = all->find(application_);
  if (found == all->end()) return Truth::no("application " + application_ + " is missing");
  std::string difference;
  for (const auto& [key, value] : values_) {
    const auto there = found->second.find(key);
    // A value that the charm's default happens to be is not set: the default may change.
    const bool set = there != found->second.end() && there->second.source == "user";
    if (set && same(value, there->second.value)) continue;
    const auto is = there == found->second.end() ? std::string() : written(there->second.value);
    if (!difference.empty()) difference += ", ";
    difference += set || is != value
                      ? key + " of " + application_ + " is \"" + is + "\", not \"" + value + "\""
                      : key + " of " + application_ + " is not set";
  }
  return difference.empty() ? Truth::yes() : Truth::no(difference);
}

Status ConfigStep::apply(StepContext& context) {
  MS_TRY(auto* model, view_.session(limit(context)));
  auto set = set_config(*model, application_, values_, limit(context));
  view_.changed();
  if (!set) return doing("configuring " + application_, std::move(set).error());
  return {};
}

Status ConfigStep::undo(StepContext& context) {
  MS_TRY(const auto all, view_.config(limit(context)));
  const auto found = all->find(application_);
  if (found == all->end()) return {};
  std::vector<std::string> keys;
  for (const auto& [key, value] : values_)
    if (const auto there = found->second.find(key);
        there != found->second.end() && there->second.source == "user")
      keys.push_back(key);
  if (keys.empty()) return {};
  MS_TRY(auto* model, view_.session(limit(context)));
  auto unset = unset_config(*model, application_, keys, limit(context));
  view_.changed();
  return unset || unset.error().has_code(code::not_found) ? Status() : unset;
}

}  // namespace microstack::juju
