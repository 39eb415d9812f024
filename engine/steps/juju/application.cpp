#include "engine/steps/juju/application.h"

#include <algorithm>

namespace microstack::juju {

namespace {

// In FullStatus a channel is always TRACK/RISK.
std::string whole_channel(const std::string& channel) {
  return channel.find('/') == std::string::npos ? "latest/" + channel : channel;
}

}  // namespace

std::string charm_name(const std::string& url) {
  auto name = url.substr(url.find_last_of(":/") == std::string::npos ? 0 : url.find_last_of(":/") + 1);
  const auto dash = name.rfind('-');
  const bool numbered = dash != std::string::npos && dash + 1 < name.size() &&
                        name.find_first_not_of("0123456789", dash + 1) == std::string::npos;
  return numbered ? name.substr(0, dash) : name;
}

Json ApplicationPresent::inputs() const {
  Json json = {
      {"charm", wish_.charm}, {"channel", wish_.channel}, {"base", wish_.base}, {"trust", wish_.trust}};
  if (wish_.revision) json["revision"] = *wish_.revision;
  if (!wish_.constraints.empty()) json["constraints"] = wish_.constraints;
  return json;
}

Result<Truth> ApplicationPresent::check(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  const auto found = status ? status->applications.find(wish_.name) : decltype(status->applications.end()){};
  if (!status || found == status->applications.end())
    return Truth::no("application " + wish_.name + " is missing");
  if (found->second.life == "dying" || found->second.life == "dead")
    return Truth::no("application " + wish_.name + " is being removed");
  if (charm_name(found->second.charm) != wish_.charm)
    return Truth::no("application " + wish_.name + " runs charm " + charm_name(found->second.charm) +
                     ", not " + wish_.charm);
  if (!wish_.trust) return Truth::yes();
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(const auto config, application_config(*model, wish_.name, limit(context)));
  if (!config.trust) return Truth::no("application " + wish_.name + " is not trusted");
  return Truth::yes();
}

Status ApplicationPresent::apply(StepContext& context) {
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(const auto status, view_.status(limit(context)));
  auto found = status ? status->applications.find(wish_.name) : decltype(status->applications.end()){};
  const bool there = status && found != status->applications.end();
  if (there && found->second.life != "alive" && !found->second.life.empty()) {
    MS_TRY(auto* poller, view_.poller(limit(context)));
    MS_CHECK(poller->wait("the removal of the former " + wish_.name, gone({wish_.name}),
                          Limit::of(waits_.removal, context.stop), context.waiting));
  } else if (there) {
    const auto charm = charm_name(found->second.charm);
    if (charm != wish_.charm)
      return ask("application " + wish_.name + " runs charm " + charm + ", not " + wish_.charm, view_.text(),
                 "remove it (juju remove-application " + wish_.name + ") or use another model");
    return set_trust(*model, wish_.name, wish_.trust, limit(context));
  }
  auto deployed = deploy(*model, wish_, limit(context));
  view_.changed();
  if (deployed) return {};
  if (!deployed.error().has_code(code::already_exists))
    return doing("deploying " + wish_.name, std::move(deployed).error());
  return wish_.trust ? set_trust(*model, wish_.name, true, limit(context)) : Status();
}

Status ApplicationPresent::undo(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status || !status->applications.contains(wish_.name)) return {};
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(auto* poller, view_.poller(limit(context)));
  MS_CHECK(destroy_applications(*model, {wish_.name}, {}, limit(context)));
  auto left = poller->wait("the removal of " + wish_.name, gone({wish_.name}),
                           Limit::of(waits_.removal, context.stop), context.waiting);
  if (!left && !context.stop.stop_requested()) {
    const Removal forced{.destroy_storage = true, .force = true, .max_wait = std::chrono::seconds(30)};
    MS_CHECK(destroy_applications(*model, {wish_.name}, forced, limit(context)));
    left = poller->wait("the forced removal of " + wish_.name, gone({wish_.name}),
                        Limit::of(waits_.forced, context.stop), context.waiting);
  }
  view_.changed();
  return left;
}

Result<Truth> ScaleStep::check(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status || !status->applications.contains(application_))
    return Truth::no("application " + application_ + " is missing");
  const auto units = static_cast<int>(status->applications.at(application_).units.size());
  if (units == units_) return Truth::yes();
  return Truth::no(application_ + " has " + std::to_string(units) + " units, not " + std::to_string(units_));
}

Status ScaleStep::apply(StepContext& context) {
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(auto* poller, view_.poller(limit(context)));
  auto asked = scale(*model, application_, units_, limit(context));
  view_.changed();
  if (!asked) return doing("scaling " + application_, std::move(asked).error());
  return poller->wait("the units of " + application_, scaled(application_, units_),
                      Limit::of(waits_.scale, context.stop), context.waiting);
}

std::string ChannelStep::text() const {
  auto text = wish_.channel;
  if (wish_.revision) text += (text.empty() ? "revision " : " revision ") + std::to_string(*wish_.revision);
  return text;
}

Json ChannelStep::inputs() const {
  Json json = {{"channel", wish_.channel}};
  if (wish_.revision) json["revision"] = *wish_.revision;
  return json;
}

Result<Truth> ChannelStep::check(StepContext& context) {
  MS_TRY(const auto status, view_.status(limit(context)));
  if (!status || !status->applications.contains(wish_.application))
    return Truth::no("application " + wish_.application + " is missing");
  const auto& there = status->applications.at(wish_.application);
  if (!wish_.channel.empty() && there.channel != whole_channel(wish_.channel))
    return Truth::no(wish_.application + " follows " + there.channel + ", not " + wish_.channel);
  if (wish_.revision && there.revision != *wish_.revision)
    return Truth::no(wish_.application + " has revision " + std::to_string(there.revision) + ", not " +
                     std::to_string(*wish_.revision));
  return Truth::yes();
}

Status ChannelStep::apply(StepContext& context) {
  MS_TRY(auto* model, view_.session(limit(context)));
  auto done = refresh(*model, wish_, limit(context));
  view_.changed();
  if (!done) return doing("refreshing " + wish_.application, std::move(done).error());
  return {};
}

}  // namespace microstack::juju
