#include "hypervisor/program.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

#include "hypervisor/commands/command.h"

namespace microstack {

#include "hypervisor/verbs.inc"

int program(int argc, char** argv, MakePlanner planner) {
  Front front(Places::from_environment(), std::move(planner));
  CLI::App app("Installs a node of an OpenStack cloud, looks after it, and makes machines to be nodes.",
               "microstack-hypervisor");
  app.set_version_flag("--version", MICROSTACK_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--events", front.format,
                 "how to tell what happens: json (the default where stdout is no terminal) or table")
      ->check(CLI::IsMember({"json", "table"}));
  app.footer(
      "Exit codes: 0 ok, 2 usage, 3 changes pending, 4 a person is needed, 5 failed (run it again to go on), "
      "6 locked.");
  for (const auto add : verbs()) add(app, front);
  std::vector<std::string> words(argv + 1, argv + argc);
  // A command for a machine is kept from CLI11, which takes a word in brackets for a list: '[ -e FILE ]'.
  const auto dashes = std::find(words.begin(), words.end(), "--");
  if (dashes != words.end() && std::find(words.begin(), dashes, "exec") != dashes) {
    front.command.assign(dashes + 1, words.end());
    words.erase(dashes, words.end());
  }
  std::reverse(words.begin(), words.end());  // as CLI11 wants them
  try {
    app.parse(std::move(words));
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : static_cast<int>(Exit::usage);
  } catch (const std::exception& e) {
    front.fail(give_up(e.what(), {}, "this is a bug"), Exit::failed);
  }
  return static_cast<int>(front.exit);
}

}  // namespace microstack
