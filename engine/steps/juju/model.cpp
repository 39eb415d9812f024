#include "engine/steps/juju/model.h"

#include "engine/clients/juju/clouds.h"

namespace microstack::juju {

namespace {

std::string shown(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "" : value.dump();
}

}  // namespace

Json ModelPresent::inputs() const {
  return {{"cloud", wish_.cloud}, {"credential", wish_.credential}, {"config", wish_.config}};
}

Result<Truth> ModelPresent::check(StepContext& context) {
  view_.forget();
  MS_TRY(const auto found, view_.find(limit(context)));
  if (!found) return Truth::no("there is no " + view_.text());
  if (found->life != "alive") return Truth::no(view_.text() + " is " + found->life);
  if (wish_.config.empty()) return Truth::yes();
  MS_TRY(auto* model, view_.session(limit(context)));
  MS_TRY(const auto config, model_config(*model, limit(context)));
  for (const auto& [key, value] : wish_.config) {
    const auto there = config.find(key);
    const auto is = there == config.end() ? std::string() : shown(there->second.value);
    if (is != value)
      return Truth::no("setting " + key + " of " + view_.text() + " is \"" + is + "\", not \"" + value +
                       "\"");
  }
  return Truth::yes();
}

Status ModelPresent::wait_until_gone(const ModelInfo& dying, StepContext& context) {
  const auto waiting = Limit::of(waits_.removal, context.stop);
  context.waiting("the removal of the " + dying.life + " " + view_.text());
  for (;;) {
    MS_TRY(const auto found,
           find_model(view_.controller().session(), view_.owner(), view_.name(), limit(context)));
    if (!found || found->uuid != dying.uuid) break;
    if (waiting.over()) {
      context.waiting("");
      return waiting.error("the end of " + view_.text() + ", which is being destroyed", found->uuid);
    }
    waiting.pause(wish_.poll);
  }
  context.waiting("");
  return {};
}

Status ModelPresent::apply(StepContext& context) {
  view_.forget();
  MS_TRY(auto found, view_.find(limit(context)));
  if (found && found->life != "alive") {
    MS_CHECK(wait_until_gone(*found, context));
    found.reset();
  }
  if (!found) {
    NewModel model;
    model.name = view_.name();
    model.owner = view_.owner();
    model.cloud = wish_.cloud;
    if (!wish_.credential.empty())
      model.credential = credential_tag(wish_.cloud, model.owner, wish_.credential);
    for (const auto& [key, value] : wish_.config) model.config[key] = value;
    auto made = create_model(view_.controller().session(), model, limit(context));
    view_.changed();
    if (made) return {};
    if (!made.error().has_code(code::already_exists)) return std::move(made).error();
  }
  if (wish_.config.empty()) return {};
  MS_TRY(auto* model, view_.session(limit(context)));
  return set_model_config(*model, {wish_.config.begin(), wish_.config.end()}, limit(context));
}

Status ModelPresent::undo(StepContext& context) {
  view_.forget();
  MS_TRY(const auto found, view_.find(limit(context)));
  if (!found) return {};
  auto& controller = view_.controller().session();
  auto gone = destroy_model(controller, found->uuid, {}, Limit::of(waits_.removal, context.stop),
                            context.waiting, wish_.poll);
  if (!gone && !context.stop.stop_requested() && gone.error().kind == ErrorKind::retry) {
    ModelRemoval forced{.destroy_storage = true, .force = true, .max_wait = std::chrono::seconds(30)};
    gone = destroy_model(controller, found->uuid, forced, Limit::of(waits_.forced, context.stop),
                         context.waiting, wish_.poll);
  }
  context.waiting("");
  view_.forget();
  return gone;
}

}  // namespace microstack::juju
