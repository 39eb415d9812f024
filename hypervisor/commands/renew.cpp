// renew: certificates that end soon; what a timer of the node does every day.
#include <unistd.h>

#include "engine/base/file.h"
#include "hypervisor/commands/command.h"
#include "hypervisor/install/run_server.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

constexpr double lock_limit_s = 1;

Result<Json> renew(Front& front) {
  const auto lock = FileLock::take(run_lock(front.places), lock_limit_s);
  if (!lock && lock.error().kind != ErrorKind::retry) return lock.error();  // it cannot be had at all
  if (!lock) {
    auto error = doing("an installation is under way on this node, which renews them too", lock.error());
    error.code = "busy";
    return error;
  }
  MS_TRY(const auto profile, stored_profile(front.places));
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(const auto plan, planner->plan(profile, Stage::certificates));
  const Cancel cancel(!::isatty(front.in), front.in);
  RunOptions options;
  options.run = front.run;
  options.stop = cancel.token();
  options.events = [events = front.events()](const Event& event) {
    if (event.kind != Event::Kind::done) events(event);
  };
  auto outcome = execute(plan, options);
  if (!outcome.ok()) return std::move(*outcome.error);
  std::size_t renewed = 0;
  for (const auto& step : outcome.steps) renewed += step.state == StepOutcome::State::applied;
  return Json{{"certificates", outcome.steps.size()}, {"renewed", renewed}};
}

}  // namespace

void add_renew(CLI::App& program, Front& front) {
  program.add_subcommand("renew", "renew certificates that end soon; services go on meanwhile")
      ->callback([&front] { front.finish(renew(front)); });
}

}  // namespace microstack
