#include "engine/steps/boot.h"

namespace microstack {

BootStep::BootStep(Host& host, Systemd& systemd, std::vector<std::string> enabled,
                   std::vector<std::string> masked)
    : host_(host), systemd_(systemd), enabled_(std::move(enabled)), masked_(std::move(masked)) {
  for (const auto* units : {&enabled_, &masked_})
    for (const std::string& unit : *units) systemd_.watch(unit);
}

Result<Truth> BootStep::check(StepContext& context) {
  for (const std::string& unit : enabled_) {
    MS_TRY(const auto state, systemd_.state(unit, context.stop));
    if (state.masked) return Truth::no("unit " + unit + " is masked");
    if (!state.enabled) return Truth::no("unit " + unit + " does not start at boot");
    if (state.needs_reload) return Truth::no("systemd knows an older file of unit " + unit);
  }
  for (const std::string& unit : masked_) {
    MS_TRY(const auto state, systemd_.state(unit, context.stop));
    if (!state.masked) return Truth::no("unit " + unit + " is not masked");
    if (state.running()) return Truth::no("unit " + unit + " runs although it must not");
  }
  return Truth::yes();
}

Status BootStep::apply(StepContext& context) {
  std::vector<std::string> unmask, enable, mask, stop;
  for (const std::string& unit : enabled_) {
    MS_TRY(const auto state, systemd_.state(unit, context.stop));
    if (state.masked) unmask.push_back(unit);
    if (!state.enabled || state.masked) enable.push_back(unit);
  }
  for (const std::string& unit : masked_) {
    MS_TRY(const auto state, systemd_.state(unit, context.stop));
    if (!state.masked) mask.push_back(unit);
    if (state.running()) stop.push_back(unit);
  }
  MS_CHECK(systemd_.unmask(unmask, context.stop));
  MS_CHECK(systemd_.mask(mask, context.stop));
  MS_CHECK(systemd_.enable(enable, context.stop));
  MS_CHECK(systemd_.reload(context.stop));
  for (const std::string& unit : stop) MS_CHECK(systemd_.stop(unit, context.stop));
  return {};
}

Status BootStep::undo(StepContext& context) {
  std::vector<std::string> unmask, disable;
  for (const std::string& unit : enabled_) {
    MS_TRY(const auto state, systemd_.state(unit, context.stop));
    if (state.found && state.enabled && !state.masked) disable.push_back(unit);
  }
  for (const std::string& unit : masked_) {
    MS_TRY(const auto state, systemd_.state(unit, context.stop));
    if (state.masked) unmask.push_back(unit);
  }
  if (unmask.empty() && disable.empty()) return {};
  MS_CHECK(systemd_.unmask(unmask, context.stop));
  MS_CHECK(systemd_.disable(disable, context.stop));
  return systemd_.reload(context.stop);
}

}  // namespace microstack
