#include <unistd.h>

#include <filesystem>

#include "engine/base/file.h"
#include "engine/base/neighbour.h"
#include "hypervisor/commands/command.h"
#include "hypervisor/install/run_server.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

constexpr double lock_limit_s = 1;

// What an installation keeps of itself; machines that this host carries for others are not among it. The profile goes last:
// as long as it is there, a removal that was cut off is gone on with.
Status forget(const Places& places) {
  for (const char* name : {"plan.json", "journal.jsonl", "deployment.json", "deployment.json.lock", "secrets",
                           "undo", "restart", "tasks", "profile.json"}) {
    const auto path = places.state + "/" + name;
    std::error_code code;
    std::filesystem::remove(neighbour_of(path), code);
    std::filesystem::remove_all(path, code);
    if (code) return give_up("cannot remove: " + code.message(), path);
  }
  std::error_code ignored;
  std::filesystem::remove(places.cache + "/virtualization.json", ignored);
  std::filesystem::remove(places.cache, ignored);
  std::filesystem::remove(places.state, ignored);  // only where it is empty
  return {};
}

// Follows the steps backwards; each puts back what its undo record says. What fails keeps the profile: run it
// again.
Result<Json> remove(Front& front) {
  const auto lock = FileLock::take(run_lock(front.places), lock_limit_s);
  if (!lock && lock.error().kind != ErrorKind::retry) return lock.error();  // it cannot be had at all
  if (!lock) {
    auto error = doing("an installation is under way on this node", lock.error());
    error.code = "busy";
    return error;
  }
  auto profile = stored_profile(front.places);
  if (!profile) {
    MS_TRY(const auto text, read_file(front.places.state + "/profile.json"));
    if (text) return profile.error();
    return Json{{"steps", 0}};  // what was never installed, or is removed already, is removed
  }
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(const auto plan, planner->plan(*profile, Stage::all));
  const Cancel cancel(!::isatty(front.in), front.in);
  RunOptions options;
  options.run = front.run;
  options.stop = cancel.token();
  options.events = front.events();
  auto outcome = unwind(plan, options);
  if (!outcome.ok()) return std::move(*outcome.error);
  MS_CHECK(forget(front.places));
  return Json{{"steps", outcome.steps.size()}};
}

}  // namespace

void add_remove(CLI::App& program, Front& front) {
  program.add_subcommand("remove", "undo what install did to this machine")->callback([&front] {
    front.finish(remove(front));
  });
}

}  // namespace microstack
