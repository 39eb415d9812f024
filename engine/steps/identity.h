// A component's users, roles, service and endpoints in Keystone, written into its database in one transaction: some
// milliseconds where the API takes seconds, and before Keystone runs. Shared facts (default domain, projects, roles) come
// with every one of them, so that the steps need no order among each other. The tables are those of release 2025.1
// (keystone 27); a Keystone that runs meanwhile is told by emptying the cache it shares with the other services.
#pragma once

#include <vector>

#include "engine/catalogue/component.h"
#include "engine/plan/step.h"
#include "engine/steps/secrets.h"
#include "engine/steps/sql.h"

namespace microstack {

struct IdentityFact {
  struct Service {
    std::string type;
    std::string name;
    std::string url;  // of all three interfaces
  };
  std::string component;
  std::string region;
  std::vector<Component::Identity> users;
  std::vector<Service> services;
};

class IdentityStep : public Step {
 public:
  IdentityStep(Host& host, Secrets& secrets, IdentityFact fact)
      : host_(host), secrets_(secrets), fact_(std::move(fact)) {}

  std::string id() const override { return "identity:" + fact_.component; }
  std::string title() const override { return "Users and endpoints of " + fact_.component; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  Status empty_cache(StepContext& context);

  Host& host_;
  Secrets& secrets_;
  IdentityFact fact_;
};

}  // namespace microstack
