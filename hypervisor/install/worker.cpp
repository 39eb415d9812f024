#include "hypervisor/install/worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "hypervisor/install/installed_plan.h"
#include "hypervisor/install/run_server.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

constexpr double predecessor_limit_s = 15;  // an ended run gives its readers 5 s

struct Ended {
  Exit exit = Exit::ok;
  std::optional<Error> error;
  Json result = Json::object();
};

Ended failed(Error error) {
  const auto exit = exit_of(error);
  return {exit, std::move(error), {}};
}

Json counts(const Outcome& outcome) {
  std::size_t applied = 0, held = 0;
  for (const auto& step : outcome.steps) {
    applied += step.state == StepOutcome::State::applied;
    held += step.state == StepOutcome::State::held;
  }
  return {{"steps", outcome.steps.size()}, {"applied", applied}, {"held", held}};
}

// Undoes what the profile of the last time had and this one has not.
Status leave(const Front& front, Planner& planner, const Profile& now, RunOptions options) {
  MS_TRY(const auto there, read_file(front.places.state + "/profile.json"));
  if (!there) return {};
  MS_TRY(const auto before, stored_profile(front.places));
  MS_TRY(const auto plan, planner.leaving(before, now));
  if (plan.empty()) return {};
  const auto tell = options.events;
  options.events = [tell](const Event& event) {
    if (event.kind != Event::Kind::plan && event.kind != Event::Kind::done)
      tell(event);  // those are the run's
  };
  auto outcome = unwind(plan, options);
  if (!outcome.ok()) return std::move(*outcome.error);
  // Its passwords are good for nothing any more; one that comes back draws new ones.
  for (const auto& choice : before.components) {
    const auto same = [&](const auto& other) { return other.name == choice.name; };
    if (std::any_of(now.components.begin(), now.components.end(), same)) continue;
    std::error_code failed;
    std::filesystem::remove_all(front.places.state + "/secrets/" + choice.name, failed);
    if (failed) return give_up("cannot remove its secrets: " + failed.message(), choice.name);
  }
  return {};
}

// Undoes what an older program did that this one's plan no longer has.
Status take_orphans(const Front& front, Planner& planner, const Profile& profile, const InstalledPlan& now,
                    RunOptions options) {
  MS_TRY(const auto before, read_installed_plan(front.places));
  if (!before) return {};
  std::vector<std::string> gone;
  for (const auto& change : changes(*before, now))
    if (change.kind == StepChange::Kind::gone) gone.push_back(change.step);
  MS_TRY(const auto plan, planner.orphans(profile, gone));
  if (plan.empty()) return {};
  const auto tell = options.events;
  options.events = [tell](const Event& event) {
    if (event.kind != Event::Kind::plan && event.kind != Event::Kind::done) tell(event);
  };
  auto outcome = unwind(plan, options);
  if (!outcome.ok()) return std::move(*outcome.error);
  return {};
}

// Everything between the first event and the last.
Ended install(const Front& front, const InstallRequest& request, RunOptions options) {
  auto planner = front.planner(front.places);
  if (!planner) return failed(std::move(planner).error());
  auto plan = (*planner)->plan(request.profile, request.stage);
  if (!plan) return failed(doing("planning the node", std::move(plan).error()));
  const bool preparing = request.stage == Stage::prepare;
  std::optional<Journal> journal;
  if (!preparing) {
    // Before the record of what was there is overwritten: a run that ends in between finds it again.
    if (auto left = leave(front, **planner, request.profile, options); !left)
      return failed(doing("taking out what left the profile", std::move(left).error()));
    // Kept before the first step: what was begun can be looked at, gone on with and removed, wherever it
    // ends.
    if (auto stored = store_profile(front.places, request.profile); !stored)
      return failed(std::move(stored).error());
    if (auto opened = Journal::open(front.places.state + "/journal.jsonl"))
      journal.emplace(std::move(*opened));
    options.journal = journal ? &*journal : nullptr;
  }
  // In a prepared layer, too: what was tried with this kernel, processor and QEMU need not be tried again on them.
  auto settled = (*planner)->settle(request.profile, options);
  if (!settled) return failed(std::move(settled).error());
  if (*settled) {
    plan = (*planner)->plan(request.profile, request.stage);
    if (!plan) return failed(doing("planning the node", std::move(plan).error()));
  }
  auto outcome = execute(*plan, options);
  if (!outcome.ok()) return failed(std::move(*outcome.error));
  Json result = counts(outcome);
  if (preparing) {
    auto seal = (*planner)->seal(request.profile);
    if (!seal) return failed(std::move(seal).error());
    outcome = execute(*seal, options);
    if (!outcome.ok()) return failed(std::move(*outcome.error));
    return {Exit::ok, {}, std::move(result)};
  }
  auto facts = (*planner)->facts(request.profile);
  if (!facts) return failed(doing("asking the node what it has become", std::move(facts).error()));
  const auto installed = installed_plan(*plan, facts->value("catalogue_version", ""));
  if (auto taken = take_orphans(front, **planner, request.profile, installed, options); !taken)
    return failed(doing("taking out what an older program installed", std::move(taken).error()));
  if (auto written = write_installed_plan(front.places, installed); !written)
    return failed(std::move(written).error());
  result["facts"] = std::move(*facts);
  return {Exit::ok, {}, std::move(result)};
}

Exit refuse(const Front& front, const Error& error, Exit exit) {
  front.print(Json{{"error", to_json(error)}, {"exit", static_cast<int>(exit)}}.dump() + "\n");
  return exit;
}

// stdout and stderr of the worker lead nowhere that could break: to a log beside the record of the run.
void detach_output(const Places& places) {
  const int log =
      ::open((places.run + "/install.log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nothing, 0);
  ::dup2(log >= 0 ? log : nothing, 1);
  ::dup2(log >= 0 ? log : nothing, 2);
}

}  // namespace

std::string InstallRequest::fingerprint() const {
  return sha256_hex(text());
}

std::string InstallRequest::text() const {
  return Json{{"profile", to_json(profile)}, {"prepare", stage == Stage::prepare}}.dump();
}

Result<InstallRequest> InstallRequest::from_text(const std::string& text) {
  const auto json = Json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("profile"))
    return give_up("the request of the installation is cut off");
  InstallRequest request;
  MS_TRY(request.profile, profile_from_json(json["profile"]));
  request.stage = json.value("prepare", false) ? Stage::prepare : Stage::all;
  return request;
}

Exit work(Front& front) {
  auto text = front.read_all();
  if (!text) return refuse(front, text.error(), Exit::failed);
  const auto request = InstallRequest::from_text(*text);
  if (!request) return refuse(front, request.error(), exit_of(request.error()));
  const auto lock = FileLock::take(run_lock(front.places), predecessor_limit_s);
  if (!lock)
    return refuse(front, doing("another installation or removal is under way on this node", lock.error()),
                  Exit::locked);
  Cancel cancel;
  std::stop_source stop;
  const std::stop_callback forward(cancel.token(), [&] { stop.request_stop(); });
  auto server =
      RunServer::start(front.places, front.run, request->fingerprint(), [&] { stop.request_stop(); });
  if (!server) return refuse(front, server.error(), exit_of(server.error()));
  front.print("{\"ready\":true}\n");
  detach_output(front.places);

  const auto start = std::chrono::steady_clock::now();
  RunOptions options;
  options.run = front.run;
  options.stop = stop.get_token();
  options.events = [&](const Event& event) { (*server)->tell(event); };
  const auto ended = install(front, *request, std::move(options));
  Event last{.kind = ended.error ? Event::Kind::error : Event::Kind::done, .run = front.run};
  last.t = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  last.error = ended.error;
  if (!ended.error) last.result = ended.result;
  (*server)->tell(last);
  (*server)->end(static_cast<int>(ended.exit));
  return ended.exit;
}

}  // namespace microstack
