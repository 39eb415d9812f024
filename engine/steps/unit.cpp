#include "engine/steps/unit.h"

#include "engine/steps/restart_note.h"

namespace microstack {

UnitStep::UnitStep(Host& host, Systemd& systemd, std::string name, bool reloads, std::chrono::seconds limit)
    : host_(host), systemd_(systemd), name_(std::move(name)), reloads_(reloads), limit_(limit) {
  systemd_.watch(name_);
}

// Of either kind: a unit that has not heard of its new certificate yet counts as one with a changed file.
Result<std::optional<std::string>> UnitStep::restart_reason() {
  MS_TRY(auto reason, RestartNote(host_, name_).reason());
  if (reason) return std::optional(std::move(*reason));
  return RestartNote(host_, name_, RestartNote::Kind::reload).reason();
}

Status UnitStep::take_notes_away() {
  MS_CHECK(RestartNote(host_, name_).take_away());
  return RestartNote(host_, name_, RestartNote::Kind::reload).take_away();
}

Result<Truth> UnitStep::check(StepContext& context) {
  MS_TRY(const auto state, systemd_.state(name_, context.stop));
  if (!state.found) return Truth::no("unit " + name_ + " is not there");
  if (!state.running())
    return Truth::no("unit " + name_ + " is " + state.active +
                     (state.active == "failed" ? " (" + state.result + ")" : std::string()));
  MS_TRY(const auto reason, restart_reason());
  if (reason) return Truth::no("unit " + name_ + " was not restarted after " + *reason + " changed");
  return Truth::yes();
}

Status UnitStep::apply(StepContext& context) {
  MS_TRY(const auto state, systemd_.state(name_, context.stop));
  MS_TRY(const auto reason, restart_reason());
  context.waiting("unit " + name_);
  const Status started = !state.running()     ? systemd_.start(name_, limit_, context.stop)
                         : reason && reloads_ ? systemd_.reload_or_restart(name_, limit_, context.stop)
                         : reason             ? systemd_.restart(name_, limit_, context.stop)
                                              : Status();
  context.waiting("");
  MS_CHECK(started);
  return take_notes_away();
}

Status UnitStep::undo(StepContext& context) {
  MS_TRY(const auto state, systemd_.state(name_, context.stop));
  MS_CHECK(take_notes_away());
  if (!state.found || state.active == "inactive" || state.active == "failed") return {};
  return systemd_.stop(name_, context.stop);
}

}  // namespace microstack
