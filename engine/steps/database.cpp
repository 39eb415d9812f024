#include "engine/steps/database.h"

#include <set>

namespace microstack {
namespace {

// In GRANT and in mysql.db an underscore stands for any character unless escaped.
std::string grant_pattern(const std::string& database) {
  std::string out;
  for (const char c : database) out += c == '_' || c == '%' ? std::string("\\") + c : std::string(1, c);
  return out;
}

}  // namespace

std::vector<std::string> DatabaseStep::users() const {
  std::set<std::string> users;
  for (const auto& database : databases_) users.insert(database.user);
  return {users.begin(), users.end()};
}

Json DatabaseStep::inputs() const {
  Json inputs = Json::object();
  for (const auto& database : databases_)
    inputs[database.name] = {{"user", database.user}, {"secret", secret_of(database.user)}};
  return inputs;
}

Result<Truth> DatabaseStep::check(StepContext& context) {
  std::string ask_for =
      "SELECT 'database', schema_name FROM information_schema.schemata;\n"
      "SELECT 'grant', CONCAT(Db, ' ', User) FROM mysql.db WHERE Host = '%';\n";
  for (const std::string& user : users()) {
    MS_TRY(const auto password, secrets_.find(secret_of(user)));
    if (!password) return Truth::no("the database password of " + user + " has not been drawn");
    ask_for += "SELECT 'user', User FROM mysql.global_priv WHERE Host = '%' AND User = " + sql_text(user) +
               " AND JSON_VALUE(Priv, '$.authentication_string') = PASSWORD(" + sql_text(password->reveal()) +
               ");\n";
  }
  const auto rows = Sql(host_).query(ask_for, context.stop);
  if (!rows && rows.error().kind == ErrorKind::retry) return Truth::no("the database does not answer");
  if (!rows) return rows.error();
  std::set<Sql::Row> found(rows->begin(), rows->end());
  for (const auto& database : databases_) {
    if (!found.contains({"database", database.name}))
      return Truth::no("database " + database.name + " is missing");
    if (!found.contains({"user", database.user}))
      return Truth::no("database user " + database.user + " is missing or has another password");
    if (!found.contains({"grant", grant_pattern(database.name) + " " + database.user}))
      return Truth::no("database user " + database.user + " has no rights on " + database.name);
  }
  return Truth::yes();
}

Status DatabaseStep::apply(StepContext& context) {
  std::string make;
  for (const std::string& user : users()) {
    MS_TRY(const Secret password, secrets_.need(secret_of(user)));
    const std::string identified =
        sql_text(user) + "@'%' IDENTIFIED BY " + sql_text(password.reveal()) + ";\n";
    make += "CREATE USER IF NOT EXISTS " + identified + "ALTER USER " + identified;
  }
  for (const auto& database : databases_)
    make += "CREATE DATABASE IF NOT EXISTS " + sql_name(database.name) +
            " CHARACTER SET utf8mb3;\nGRANT ALL ON " + sql_name(grant_pattern(database.name)) + ".* TO " +
            sql_text(database.user) + "@'%';\n";
  const auto done = Sql(host_).query(make, context.stop);
  return done ? Status() : Status(done.error());
}

Status DatabaseStep::undo(StepContext& context) {
  std::string drop;
  if (undo_ == Undo::everything)
    for (const auto& database : databases_)
      drop += "DROP DATABASE IF EXISTS " + sql_name(database.name) + ";\n";
  for (const std::string& user : users()) drop += "DROP USER IF EXISTS " + sql_text(user) + "@'%';\n";
  const auto done = Sql(host_).query(drop, context.stop);
  if (!done && done.error().kind == ErrorKind::retry)
    return {};  // no server, nothing left that could be dropped
  return done ? Status() : Status(done.error());
}

}  // namespace microstack
