// A one-shot: a program or SQL statements, done when its question says so (a program's exit 0, a query's row), or, where it
// has none, once for these inputs.
#pragma once

#include <vector>

#include "engine/plan/step.h"
#include "engine/steps/secrets.h"
#include "engine/steps/sql.h"

namespace microstack {

struct TaskFact {
  std::string id;  // COMPONENT/TASK
  std::string title;
  std::vector<std::string> run;
  std::string user;
  MarkedText stdin_text;
  std::vector<std::string> unless;  // with the same stdin
  std::vector<std::string> undo;
  std::string unless_sql;
  MarkedText sql;
  std::chrono::seconds limit{300};
};

class TaskStep : public Step {
 public:
  TaskStep(Host& host, Secrets& secrets, TaskFact fact)
      : host_(host), secrets_(secrets), fact_(std::move(fact)) {}

  std::string id() const override { return "task:" + fact_.id; }
  std::string title() const override { return fact_.title; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override;
  Result<Truth> check(StepContext& context) override;
  Status apply(StepContext& context) override;
  // Forgets that it was done and what was given for it; what it made goes by its `undo`, or with the database or package.
  Status undo(StepContext& context) override;

 private:
  bool has_question() const { return !fact_.unless.empty() || !fact_.unless_sql.empty(); }
  std::string note() const { return "/var/lib/microstack/tasks/" + fact_.id; }
  std::string fingerprint() const;

  Host& host_;
  Secrets& secrets_;
  TaskFact fact_;
};

}  // namespace microstack
