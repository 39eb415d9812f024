#include "engine/steps/juju/secret.h"

namespace microstack::juju {

Json SecretStep::inputs() const {
  Json keys = Json::array();
  for (const auto& [key, value] : values_) keys.push_back(key);
  return {{"keys", keys}, {"readers", readers_}};
}

Result<Truth> SecretStep::check(StepContext& context) {
  MS_TRY(const auto there, view_.find(limit(context)));
  if (!there) return Truth::no("secret " + label_ + " is missing");
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(const auto found, find_secret(*model, label_, true, limit(context)));
  if (!found) return Truth::no("secret " + label_ + " is missing");
  for (const auto& [key, value] : values_)
    if (const auto is = found->values.find(key); is == found->values.end() || !(is->second == value))
      return Truth::no("secret " + label_ + " has another " + key);
  return found->values.size() == values_.size() ? Truth::yes()
                                                : Truth::no("secret " + label_ + " has more than is wished");
}

Status SecretStep::apply(StepContext& context) {
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(const auto found, find_secret(*model, label_, false, limit(context)));
  std::string uri = found ? found->uri : std::string();
  if (found) {
    MS_CHECK(update_secret(*model, uri, values_, limit(context)));
  } else {
    auto made = create_secret(*model, label_, values_, limit(context));
    if (!made && !made.error().has_code(code::already_exists)) return std::move(made).error();
    if (!made) return retry("secret " + label_ + " came meanwhile", view_.text());
    uri = *made;
  }
  return readers_.empty() ? Status() : grant_secret(*model, uri, readers_, limit(context));
}

Status SecretStep::undo(StepContext& context) {
  MS_TRY(const auto there, view_.find(limit(context)));
  if (!there) return {};
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(const auto found, find_secret(*model, label_, false, limit(context)));
  return found ? remove_secret(*model, found->uri, limit(context)) : Status();
}

}  // namespace microstack::juju
