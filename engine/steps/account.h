// System accounts are members of these groups (nova may use libvirt's socket).
#pragma once

#include <vector>

#include "engine/catalogue/component.h"
#include "engine/host/host.h"
#include "engine/plan/step.h"
#include "engine/steps/undo_records.h"

namespace microstack {

class AccountsStep : public Step {
 public:
  AccountsStep(Host& host, UndoRecords& undo, std::string component, std::vector<Component::Account> accounts)
      : host_(host), undo_(undo), component_(std::move(component)), accounts_(std::move(accounts)) {}

  std::string id() const override { return "accounts:" + component_; }
  std::string title() const override { return "Group memberships of " + component_; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(
      StepContext& context) override;  // leaves the account, takes it out of the groups we put it into

 private:
  struct Membership {
    std::string account;
    std::string group;
    bool held = false;
    std::string key() const { return "membership:" + account + ":" + group; }
  };
  Result<std::vector<Membership>> memberships(StepContext& context);

  Host& host_;
  UndoRecords& undo_;
  std::string component_;
  std::vector<Component::Account> accounts_;
};

}  // namespace microstack
