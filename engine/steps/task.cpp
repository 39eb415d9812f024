#include "engine/steps/task.h"

#include "engine/base/hash.h"

namespace microstack {

Json TaskStep::inputs() const {
  Json inputs = Json::object();
  if (!fact_.run.empty()) inputs["run"] = fact_.run;
  if (!fact_.user.empty()) inputs["user"] = fact_.user;
  if (!fact_.sql.empty()) inputs["sql"] = fact_.sql.shown();
  if (!fact_.stdin_text.empty()) inputs["stdin"] = fact_.stdin_text.shown();
  if (!fact_.unless.empty()) inputs["unless"] = fact_.unless;
  if (!fact_.unless_sql.empty()) inputs["unless_sql"] = fact_.unless_sql;
  if (!fact_.undo.empty()) inputs["undo"] = fact_.undo;
  return inputs;
}

std::string TaskStep::fingerprint() const {
  return sha256_hex(inputs().dump()).substr(0, 32);
}

Result<Truth> TaskStep::check(StepContext& context) {
  const Truth not_done = Truth::no("not done: " + fact_.title);
  if (!fact_.unless.empty()) {
    Command question{fact_.unless};
    question.user = fact_.user;
    for (const auto& name : fact_.stdin_text.names()) {  // one that is only being given was not applied yet
      MS_TRY(const bool kept, secrets_.keeps(name));
      if (!kept) return not_done;
    }
    MS_TRY(auto given, fact_.stdin_text.find(secrets_));
    if (!given) return not_done;
    question.stdin_text = std::move(*given);
    MS_TRY(const auto answer, host_.run(question, context.stop));
    return answer.ok() ? Truth::yes() : not_done;
  }
  if (!fact_.unless_sql.empty()) {
    const auto rows = Sql(host_).query(fact_.unless_sql, context.stop);
    if (rows) return rows->empty() ? not_done : Truth::yes();
    if (rows.error().kind == ErrorKind::retry)
      return Truth::no("not known whether done (the database does not answer): " + fact_.title);
    return not_done;  // the table or the database it asks about is not there yet
  }
  MS_TRY(const auto done, host_.read(note()));
  return done && done->bytes == fingerprint() ? Truth::yes() : not_done;
}

Status TaskStep::apply(StepContext& context) {
  if (!fact_.run.empty()) {
    Command command{fact_.run};
    command.user = fact_.user;
    command.limit = fact_.limit;
    MS_TRY(command.stdin_text, fact_.stdin_text.resolve(secrets_));
    const auto done = run_ok(host_, command, context.stop);
    if (!done) return doing(fact_.title, done.error());
  } else {
    MS_TRY(const std::string statements, fact_.sql.resolve(secrets_));
    const auto done = Sql(host_).query(statements, context.stop, fact_.limit);
    if (!done) return doing(fact_.title, done.error());
  }
  if (has_question()) return {};
  return host_.write(note(), FileContent{fingerprint(), 0600, "root", "root"});
}

Status TaskStep::undo(StepContext& context) {
  if (!fact_.undo.empty()) {
    Command back{fact_.undo};
    back.user = fact_.user;
    back.limit = fact_.limit;
    const auto done = run_ok(host_, back, context.stop);
    if (!done) return doing("undoing: " + fact_.title, done.error());
  }
  for (const auto& name : fact_.stdin_text.names())
    if (is_given(name)) MS_CHECK(secrets_.forget(name));
  return has_question() ? Status() : host_.remove(note());
}

}  // namespace microstack
