#include "hypervisor/commands/command.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

// The steps as text. Decides only: nothing is looked at, so it works anywhere.
Status plan(Front& front, const std::string& from) {
  MS_TRY(const auto profile, chosen_profile(front, from));
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(const auto steps, planner->plan(profile, Stage::all));
  MS_CHECK(steps.validate());
  front.print(steps.text());
  return {};
}

}  // namespace

void add_plan(CLI::App& program, Front& front) {
  auto* verb = program.add_subcommand("plan", "print the steps that make this machine the node of a profile");
  auto from = std::make_shared<std::string>();
  verb->add_option("PROFILE", *from, "YAML or JSON file, - for stdin; without it the installed one");
  verb->callback([&front, from] {
    if (const auto status = plan(front, *from); !status) front.fail(status.error(), exit_of(status.error()));
  });
}

}  // namespace microstack
