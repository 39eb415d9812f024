#include "engine/steps/unit.h"

#include "engine/steps/restart_note.h"

namespace microstack {

UnitStep::UnitStep(Host& host, Systemd& systemd, UnitFact fact)
    : host_(host), systemd_(systemd), fact_(std::move(fact)) {
  systemd_.watch(fact_.name);
}

Result<Truth> UnitStep::check(StepContext& context) {
  MS_TRY(const auto state, systemd_.state(fact_.name, context.stop));
  if (fact_.masked) return state.masked && !state.running() ? Truth::yes() : Truth::no("unit " + fact_.name + " is not masked");
  if (!state.found) return Truth::no("unit " + fact_.name + " is not there");
  if (state.masked) return Truth::no("unit " + fact_.name + " is masked");
  if (!state.running())
    return Truth::no("unit " + fact_.name + " is " + state.active +
                     (state.active == "failed" ? " (" + state.result + ")" : std::string()));
  if (!state.enabled) return Truth::no("unit " + fact_.name + " does not start at boot");
  if (state.needs_reload) return Truth::no("unit " + fact_.name + " runs with an older unit file");
  MS_TRY(const auto reason, RestartNote(host_, fact_.name).reason());
  if (reason) return Truth::no("unit " + fact_.name + " was not restarted after " + *reason + " changed");
  return Truth::yes();
}

Status UnitStep::apply(StepContext& context) {
  MS_TRY(const auto state, systemd_.state(fact_.name, context.stop));
  if (fact_.masked) return systemd_.mask(fact_.name, context.stop);
  RestartNote note(host_, fact_.name);
  MS_TRY(const auto reason, note.reason());
  if (state.masked) MS_CHECK(systemd_.unmask(fact_.name, context.stop));
  if (state.needs_reload) MS_CHECK(systemd_.reload(context.stop));
  if (!state.enabled) MS_CHECK(systemd_.enable(fact_.name, context.stop));
  context.waiting("unit " + fact_.name);
  const bool again = state.running() && (reason || state.needs_reload);
  const Status started = again ? systemd_.restart(fact_.name, fact_.limit, context.stop)
                         : state.running() ? Status()
                                           : systemd_.start(fact_.name, fact_.limit, context.stop);
  context.waiting("");
  MS_CHECK(started);
  return note.take_away();
}

Status UnitStep::undo(StepContext& context) {
  MS_TRY(const auto state, systemd_.state(fact_.name, context.stop));
  MS_CHECK(RestartNote(host_, fact_.name).take_away());
  if (fact_.masked) return state.masked ? systemd_.unmask(fact_.name, context.stop) : Status();
  if (!state.found || state.masked) return {};
  if (state.active != "inactive" && state.active != "failed") MS_CHECK(systemd_.stop(fact_.name, context.stop));
  if (state.enabled) MS_CHECK(systemd_.disable(fact_.name, context.stop));
  return {};
}

}  // namespace microstack
