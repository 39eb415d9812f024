#include "engine/steps/juju/cloud.h"

#include <algorithm>

namespace microstack::juju {

namespace {

Limit limit_of(const StepContext& context) {
  return Limit::of(std::chrono::seconds(60), context.stop);
}

}  // namespace

Json CloudStep::inputs() const {
  return {{"type", cloud_.type}, {"endpoint", cloud_.endpoint}};
}

Result<Truth> CloudStep::check(StepContext& context) {
  MS_TRY(const auto all, clouds(controller_.session(), limit_of(context)));
  const auto found = all.find(name_);
  if (found == all.end()) return Truth::no("cloud " + name_ + " is not known to the controller");
  if (found->second.type != cloud_.type || found->second.endpoint != cloud_.endpoint)
    return Truth::no("cloud " + name_ + " is " + found->second.type + " at " + found->second.endpoint);
  return Truth::yes();
}

Status CloudStep::apply(StepContext& context) {
  MS_TRY(const auto truth, check(context));
  if (truth.holds) return {};
  auto added = add_cloud(controller_.session(), name_, cloud_, limit_of(context));
  if (added || !added.error().has_code(code::already_exists)) return added;
  MS_TRY(const auto again, check(context));
  if (again.holds) return {};
  return ask(again.difference + ", not " + cloud_.type + " at " + cloud_.endpoint,
             controller_.access().controller, "choose another name for the cloud");
}

Status CloudStep::undo(StepContext& context) {
  MS_TRY(const auto all, clouds(controller_.session(), limit_of(context)));
  if (!all.contains(name_)) return {};
  auto removed = remove_cloud(controller_.session(), name_, limit_of(context));
  return removed || removed.error().has_code(code::not_found) ? Status() : removed;
}

std::string CredentialStep::tag() const {
  return credential_tag(cloud_, controller_.access().user, name_);
}

Json CredentialStep::inputs() const {
  Json keys = Json::array();
  for (const auto& [key, value] : credential_.attributes) keys.push_back(key);
  return {{"auth_type", credential_.auth_type}, {"attributes", keys}};
}

Result<Truth> CredentialStep::check(StepContext& context) {
  MS_TRY(const auto tags, credentials(controller_.session(), cloud_, limit_of(context)));
  if (std::find(tags.begin(), tags.end(), tag()) == tags.end())
    return Truth::no("credential " + name_ + " of cloud " + cloud_ + " is missing");
  return Truth::yes();
}

Status CredentialStep::apply(StepContext& context) {
  return put_credential(controller_.session(), tag(), credential_, limit_of(context));
}

}  // namespace microstack::juju
