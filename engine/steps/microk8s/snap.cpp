#include "engine/steps/microk8s/snap.h"

#include <sstream>

namespace microstack {

Result<std::optional<std::string>> SnapStep::tracking(std::stop_token stop) {
  Command list;
  list.argv = {"snap", "list", fact_.name};
  list.env = fact_.environment;
  MS_TRY(const auto ran, host_.run(list, stop));
  if (ran.exit_code == 127)
    return ask("there is no snap on this host", host_.name(), "install snapd: apt-get install snapd");
  if (!ran.ok()) {
    if (ran.err.find("no matching snaps") != std::string::npos) return std::optional<std::string>();
    return retry("snap list failed: " + ran.err, host_.name(), "see that snapd runs: systemctl status snapd");
  }
  // Name  Version  Rev  Tracking  Publisher  Notes
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string name, version, revision, channel;
    if (words >> name >> version >> revision >> channel && name == fact_.name) return std::optional(channel);
  }
  return give_up("snap list does not name " + fact_.name, host_.name());
}

Result<Truth> SnapStep::check(StepContext& context) {
  MS_TRY(const auto channel, tracking(context.stop));
  if (!channel) return Truth::no("snap " + fact_.name + " is not installed");
  if (*channel != fact_.channel)
    return Truth::no("snap " + fact_.name + " follows " + *channel + ", not " + fact_.channel);
  return Truth::yes();
}

Status SnapStep::apply(StepContext& context) {
  MS_TRY(const auto channel, tracking(context.stop));
  Command change;
  change.argv = {"snap", channel ? "refresh" : "install", fact_.name, "--channel=" + fact_.channel};
  if (fact_.classic) change.argv.push_back("--classic");
  change.env = fact_.environment;
  change.limit = fact_.limit;
  context.waiting("snap " + change.argv[1] + " " + fact_.name);
  const auto done = run_ok(host_, change, context.stop);
  context.waiting({});
  if (!done) return doing("installing snap " + fact_.name, done.error());
  return {};
}

Status SnapStep::undo(StepContext& context) {
  MS_TRY(const auto channel, tracking(context.stop));
  if (!channel) return {};
  Command removal;
  removal.argv = {"snap", "remove", "--purge", fact_.name};
  removal.env = fact_.environment;
  removal.limit = fact_.limit;
  MS_CHECK(run_ok(host_, removal, context.stop));
  return {};
}

}  // namespace microstack
