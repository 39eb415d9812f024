// upgrade: what this program would have otherwise than the one that installed the node, and then does.
#include <fmt/format.h>

#include "hypervisor/commands/command.h"
#include "hypervisor/install/attach.h"
#include "hypervisor/install/installed_plan.h"
#include "hypervisor/install/stored_profile.h"

namespace microstack {

namespace {

struct Upgrade {
  Profile profile;
  InstalledPlan from, to;
  std::vector<StepChange> changes;
};

Result<Upgrade> upgrade_of(Front& front) {
  Upgrade upgrade;
  MS_TRY(upgrade.profile, stored_profile(front.places));
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(const auto plan, planner->plan(upgrade.profile, Stage::all));
  MS_TRY(const auto facts, planner->facts(upgrade.profile));
  upgrade.to = installed_plan(plan, facts.value("catalogue_version", ""));
  MS_TRY(auto from, read_installed_plan(front.places));
  if (!from)
    return ask("this node was never installed to the end: there is nothing to compare with",
               front.places.state + "/plan.json", "microstack-hypervisor install");
  upgrade.from = std::move(*from);
  upgrade.changes = changes(upgrade.from, upgrade.to);
  return upgrade;
}

const char* word(StepChange::Kind kind) {
  switch (kind) {
    case StepChange::Kind::added:
      return "added";
    case StepChange::Kind::changed:
      return "changed";
    case StepChange::Kind::gone:
      return "gone";
  }
  return "";
}

void show(Front& front, const Upgrade& upgrade) {
  if (front.json()) {
    Json list = Json::array();
    for (const auto& change : upgrade.changes)
      list.push_back({{"step", change.step}, {"change", word(change.kind)}});
    const auto version = [](const InstalledPlan& plan) {
      return Json{{"program", plan.program}, {"catalogue", plan.catalogue}};
    };
    front.print(Json{{"from", version(upgrade.from)}, {"to", version(upgrade.to)}, {"changes", list}}.dump() +
                "\n");
    return;
  }
  for (const auto& change : upgrade.changes) {
    const char sign = change.kind == StepChange::Kind::added  ? '+'
                      : change.kind == StepChange::Kind::gone ? '-'
                                                              : '~';
    front.print(fmt::format("{} {}\n", sign, change.step));
  }
  front.print(upgrade.changes.empty()
                  ? fmt::format("Nothing changes: program {}\n", upgrade.to.program)
                  : fmt::format("{} steps change, from program {} to {}\n", upgrade.changes.size(),
                                upgrade.from.program, upgrade.to.program));
}

void upgrade(Front& front, bool only_plan) {
  auto found = upgrade_of(front);
  if (!found) return front.fail(found.error(), exit_of(found.error()));
  if (only_plan || !front.json()) show(front, *found);
  if (only_plan) {
    if (!found->changes.empty()) front.exit = Exit::pending;
    return;
  }
  attach(front, InstallRequest{std::move(found->profile), Stage::all});
}

}  // namespace

void add_upgrade(CLI::App& program, Front& front) {
  auto* verb = program.add_subcommand(
      "upgrade", "bring a node that an older program installed to what this program's catalogue says");
  auto only_plan = std::make_shared<bool>(false);
  verb->add_flag("--plan", *only_plan,
                 "only print which steps are added, changed and gone; 3 when there are any");
  verb->callback([&front, only_plan] { upgrade(front, *only_plan); });
}

}  // namespace microstack
