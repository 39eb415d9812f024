#include "engine/steps/account.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace microstack {
namespace {

// "libvirt:x:105:nova,admin\n": the words after the last colon
bool lists(const std::string& group_line, const std::string& account) {
  std::string members = group_line.substr(group_line.rfind(':') + 1);
  while (!members.empty() && members.back() == '\n') members.pop_back();
  std::istringstream in(members);
  for (std::string member; std::getline(in, member, ',');)
    if (member == account) return true;
  return false;
}

}  // namespace

Json AccountsStep::inputs() const {
  Json inputs = Json::object();
  for (const auto& account : accounts_) inputs[account.name] = account.groups;
  return inputs;
}

Result<std::vector<AccountsStep::Membership>> AccountsStep::memberships(StepContext& context) {
  std::vector<Membership> all;
  for (const auto& account : accounts_)
    for (const std::string& group : account.groups) {
      MS_TRY(const auto line, host_.run(Command{{"getent", "group", group}}, context.stop));
      all.push_back({account.name, group, line.ok() && lists(line.out, account.name)});
    }
  return all;
}

Result<Truth> AccountsStep::check(StepContext& context) {
  MS_TRY(const auto all, memberships(context));
  for (const auto& membership : all)
    if (!membership.held)
      return Truth::no("account " + membership.account + " is not in group " + membership.group);
  return Truth::yes();
}

Status AccountsStep::apply(StepContext& context) {
  MS_TRY(const auto all, memberships(context));
  for (const auto& membership : all) {
    if (membership.held) continue;
    MS_CHECK(undo_.keep(membership.key(), UndoRecord{}));
    MS_TRY([[maybe_unused]] const auto out,
           run_ok(host_, Command{{"usermod", "--append", "--groups", membership.group, membership.account}},
                  context.stop));
  }
  return {};
}

Status AccountsStep::undo(StepContext& context) {
  MS_TRY(const auto all, memberships(context));
  for (const auto& membership : all) {
    MS_TRY(const auto before, undo_.find(membership.key()));
    if (!before) continue;
    if (membership.held) {
      const Command leave{{"gpasswd", "--delete", membership.account, membership.group}};
      MS_TRY([[maybe_unused]] const auto out, run_ok(host_, leave, context.stop));
    }
    MS_CHECK(undo_.forget(membership.key()));
  }
  return {};
}

}  // namespace microstack
