#include "engine/steps/boot.h"

namespace microstack {

BootStep::BootStep(Host& host, Systemd& systemd, std::vector<std::string> enabled,
                   std::vector<std::string> masked)
    : host_(host), systemd_(systemd), enabled_(std::move(enabled)), masked_(std::move(masked)) {
  for (const auto* units : {&enabled_, &masked_})
    for (const std::string& unit : *units) systemd_.watch(unit);
}

// First the enabled, then the masked ones.
Result<std::vector<Systemd::State>> BootStep::look(std::stop_token stop) {
  auto units = enabled_;
  units.insert(units.end(), masked_.begin(), masked_.end());
  return systemd_.states(units, stop);
}

Result<Truth> BootStep::check(StepContext& context) {
  MS_TRY(const auto states, look(context.stop));
  for (std::size_t i = 0; i < enabled_.size(); ++i) {
    const auto& state = states[i];
    if (state.masked) return Truth::no("unit " + enabled_[i] + " is masked");
    if (!state.enabled) return Truth::no("unit " + enabled_[i] + " does not start at boot");
    if (state.needs_reload) return Truth::no("systemd knows an older file of unit " + enabled_[i]);
  }
  for (std::size_t i = 0; i < masked_.size(); ++i) {
    const auto& state = states[enabled_.size() + i];
    if (!state.masked) return Truth::no("unit " + masked_[i] + " is not masked");
    if (state.running()) return Truth::no("unit " + masked_[i] + " runs although it must not");
  }
  return Truth::yes();
}

Status BootStep::apply(StepContext& context) {
  MS_TRY(const auto states, look(context.stop));
  std::vector<std::string> unmask, enable, mask, stop;
  for (std::size_t i = 0; i < enabled_.size(); ++i) {
    const auto& state = states[i];
    if (state.masked) unmask.push_back(enabled_[i]);
    if (!state.enabled || state.masked) enable.push_back(enabled_[i]);
  }
  for (std::size_t i = 0; i < masked_.size(); ++i) {
    const auto& state = states[enabled_.size() + i];
    if (!state.masked) mask.push_back(masked_[i]);
    if (state.running()) stop.push_back(masked_[i]);
  }
  MS_CHECK(systemd_.unmask(unmask, context.stop));
  MS_CHECK(systemd_.mask(mask, context.stop));
  MS_CHECK(systemd_.enable(enable, context.stop));
  MS_CHECK(systemd_.reload(context.stop));
  for (const std::string& unit : stop) MS_CHECK(systemd_.stop(unit, context.stop));
  return {};
}

Status BootStep::undo(StepContext& context) {
  MS_TRY(const auto states, look(context.stop));
  std::vector<std::string> unmask, disable;
  for (std::size_t i = 0; i < enabled_.size(); ++i) {
    const auto& state = states[i];
    if (state.found && state.enabled && !state.masked) disable.push_back(enabled_[i]);
  }
  for (std::size_t i = 0; i < masked_.size(); ++i)
    if (states[enabled_.size() + i].masked) unmask.push_back(masked_[i]);
  if (unmask.empty() && disable.empty()) return {};
  MS_CHECK(systemd_.unmask(unmask, context.stop));
  MS_CHECK(systemd_.disable(disable, context.stop));
  return systemd_.reload(context.stop);
}

}  // namespace microstack
