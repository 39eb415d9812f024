#include "engine/base/yaml.h"
#include "hypervisor/commands/command.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

// The same plan, only its checks. A check that cannot be made is an error beside what the others found.
Status status(Front& front, const std::string& from) {
  MS_TRY(const auto profile, chosen_profile(front, from));
  MS_TRY(const auto planner, front.planner(front.places));
  const Cancel cancel;
  RunOptions options;
  options.run = front.run;
  options.stop = cancel.token();
  auto found = planner->status(profile, options);
  if (found.error && found.answer.empty()) return *found.error;
  if (found.error) found.answer["error"] = to_json(*found.error);
  front.print(front.json() ? found.answer.dump() + "\n" : to_yaml(found.answer));
  if (found.error)
    front.exit = exit_of(*found.error);
  else if (found.differs)
    front.exit = Exit::pending;
  return {};
}

}  // namespace

void add_status(CLI::App& program, Front& front) {
  auto* verb = program.add_subcommand(
      "status", "look whether this node is still what its profile says; 3 when it is not");
  auto from = std::make_shared<std::string>();
  verb->add_option("PROFILE", *from, "YAML or JSON file, - for stdin; without it the installed one");
  verb->callback([&front, from] {
    if (const auto status = microstack::status(front, *from); !status)
      front.fail(status.error(), exit_of(status.error()));
  });
}

}  // namespace microstack
