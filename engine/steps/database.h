// A component's databases exist, and its database users have their passwords and all rights on them. One step for all of
// a component; changing the secret changes the password.
#pragma once

#include <vector>

#include "engine/catalogue/component.h"
#include "engine/plan/step.h"
#include "engine/steps/secrets.h"
#include "engine/steps/sql.h"

namespace microstack {

class DatabaseStep : public Step {
 public:
  enum class Undo { everything, users };  // users: sealing a prepared image keeps the tables

  DatabaseStep(Host& host, Secrets& secrets, std::string component,
               std::vector<Component::Database> databases, Undo undo = Undo::everything)
      : host_(host),
        secrets_(secrets),
        component_(std::move(component)),
        databases_(std::move(databases)),
        undo_(undo) {}

  std::string id() const override { return "database:" + component_; }
  std::string title() const override { return "Databases of " + component_; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  Status undo(StepContext& context) override;

 private:
  std::vector<std::string> users() const;  // each once
  std::string secret_of(const std::string& user) const { return user + "/db"; }

  Host& host_;
  Secrets& secrets_;
  std::string component_;
  std::vector<Component::Database> databases_;
  Undo undo_;
};

}  // namespace microstack
