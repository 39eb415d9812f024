#include "hypervisor/commands/command.h"
#include "hypervisor/install/attach.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

struct Options {
  std::string profile;
  std::string stage = "all";
  bool worker = false;
};

void install(Front& front, const Options& options) {
  if (options.worker) {
    front.exit = work(front);
    return;
  }
  std::string typed;
  const auto request = [&]() -> Result<InstallRequest> {
    const auto stage = options.stage == "prepare" ? Stage::prepare : Stage::all;
    if (options.profile != "-") {
      MS_TRY(auto profile, chosen_profile(front, options.profile));
      return InstallRequest{std::move(profile), stage};
    }
    MS_TRY(const auto text, profile_from_stdin(front, typed));
    MS_TRY(auto profile, profile_from_text(text, "stdin"));
    return InstallRequest{std::move(profile), stage};
  }();
  if (!request) return front.fail(request.error(), exit_of(request.error()));
  attach(front, *request, std::move(typed));
}

}  // namespace

void add_install(CLI::App& program, Front& front) {
  auto* verb = program.add_subcommand(
      "install", "make this machine the node of a profile; an interrupted run is gone on with");
  auto options = std::make_shared<Options>();
  verb->add_option("PROFILE", options->profile,
                   "YAML or JSON file, - for stdin; without it the profile of the last time");
  verb->add_option("--stage", options->stage, "prepare: only what may be done once in a base image")
      ->check(CLI::IsMember({"all", "prepare"}));
  verb->add_flag("--worker", options->worker)
      ->group("");  // how this program starts itself: see install/attach.h
  verb->callback([&front, options] { install(front, *options); });
}

}  // namespace microstack
