#include "engine/steps/boot.h"

namespace microstack {
namespace {

// What a unit did at boot before; its record's content.
constexpr const char* was_masked = "masked";
constexpr const char* was_enabled = "enabled";
constexpr const char* was_disabled = "disabled";

std::string record_of(const std::string& unit) {
  return "boot:" + unit;
}

}  // namespace

BootStep::BootStep(Host& host, Systemd& systemd, UndoRecords& undo, std::vector<std::string> enabled,
                   std::vector<std::string> masked, Unrecorded unrecorded)
    : host_(host),
      systemd_(systemd),
      undo_(undo),
      enabled_(std::move(enabled)),
      masked_(std::move(masked)),
      unrecorded_(unrecorded) {
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

Status BootStep::keep(const std::string& unit, const Systemd::State& state) {
  const char* was = state.masked ? was_masked : state.found && state.enabled ? was_enabled : was_disabled;
  return undo_.keep(record_of(unit), UndoRecord{true, FileContent{was, 0600, "root", "root"}});
}

Status BootStep::apply(StepContext& context) {
  MS_TRY(const auto states, look(context.stop));
  std::vector<std::string> unmask, enable, mask, stop;
  for (std::size_t i = 0; i < enabled_.size(); ++i) {
    const auto& state = states[i];
    if (state.masked || !state.enabled) MS_CHECK(keep(enabled_[i], state));
    if (state.masked) unmask.push_back(enabled_[i]);
    if (!state.enabled || state.masked) enable.push_back(enabled_[i]);
  }
  for (std::size_t i = 0; i < masked_.size(); ++i) {
    const auto& state = states[enabled_.size() + i];
    if (!state.masked) MS_CHECK(keep(masked_[i], state));
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
  std::vector<std::string> unmask, mask, enable, disable, touched, all = enabled_;
  all.insert(all.end(), masked_.begin(), masked_.end());
  for (std::size_t i = 0; i < all.size(); ++i) {
    MS_TRY(const auto before, undo_.find(record_of(all[i])));
    const auto& state = states[i];
    if (!before || !before->content) {
      const bool counts = unrecorded_ == Unrecorded::disabled && i < enabled_.size();
      if (counts && state.found && state.enabled && !state.masked) disable.push_back(all[i]);
      continue;
    }
    touched.push_back(all[i]);
    const std::string& was = before->content->bytes;
    if (state.masked && was != was_masked) unmask.push_back(all[i]);
    if (!state.masked && was == was_masked) mask.push_back(all[i]);
    if (was == was_enabled && (state.masked || !state.enabled)) enable.push_back(all[i]);
    if (was == was_disabled && state.found && state.enabled && !state.masked) disable.push_back(all[i]);
  }
  if (touched.empty() && disable.empty()) return {};
  MS_CHECK(systemd_.unmask(unmask, context.stop));
  MS_CHECK(systemd_.disable(disable, context.stop));
  MS_CHECK(systemd_.enable(enable, context.stop));
  MS_CHECK(systemd_.mask(mask, context.stop));
  MS_CHECK(systemd_.reload(context.stop));
  for (const std::string& unit : touched) MS_CHECK(undo_.forget(record_of(unit)));
  return {};
}

}  // namespace microstack
