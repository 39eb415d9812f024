#include "engine/steps/sql.h"

#include <sstream>

namespace microstack {
namespace {

// The client's --batch output: tab between columns; tab, newline and backslash in values are escaped.
Sql::Row columns(const std::string& line) {
  Sql::Row row(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\t') {
      row.emplace_back();
    } else if (line[i] == '\\' && i + 1 < line.size()) {
      const char next = line[++i];
      row.back() += next == 'n' ? '\n' : next == 't' ? '\t' : next == '0' ? '\0' : next;
    } else {
      row.back() += line[i];
    }
  }
  return row;
}

bool unreachable(const std::string& err) {
  return err.find("ERROR 2002") != std::string::npos || err.find("ERROR 2003") != std::string::npos ||
         err.find("ERROR 2013") != std::string::npos || err.find("ERROR 1053") != std::string::npos;
}

}  // namespace

std::string sql_text(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string sql_name(const std::string& name) {
  std::string out = "`";
  for (const char c : name) out += c == '`' ? std::string("``") : std::string(1, c);
  return out + "`";
}

Result<std::vector<Sql::Row>> Sql::query(const std::string& statements, std::stop_token stop,
                                         std::chrono::milliseconds limit) {
  Command command{{"mariadb", "--no-defaults", "--skip-ssl", "--batch", "--skip-column-names",
                   "--default-character-set=utf8mb4"}};
  command.stdin_text = statements;
  command.limit = limit;
  MS_TRY(const auto result, host_.run(command, stop));
  if (!result.ok()) {
    if (unreachable(result.err) || result.exit_code == 127)
      return retry("the database does not answer", host_.name(),
                   "see 'systemctl status mariadb' on the node");
    return give_up("the database refused a statement: " + result.err, host_.name());
  }
  std::vector<Row> rows;
  std::istringstream in(result.out);
  for (std::string line; std::getline(in, line);) rows.push_back(columns(line));
  return rows;
}

Status Sql::transaction(const std::string& statements, std::stop_token stop) {
  // One at a time: two that insert the same shared rows side by side end in deadlocks.
  const auto done =
      query("SELECT GET_LOCK('microstack', 50);\nSTART TRANSACTION;\n" + statements + "\nCOMMIT;\n", stop);
  return done ? Status() : Status(done.error());
}

}  // namespace microstack
