// MariaDB on a host, through its local socket as root: one client process per call, statements on stdin.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "engine/host/host.h"

namespace microstack {

class Sql {
 public:
  explicit Sql(Host& host) : host_(host) {}

  using Row = std::vector<std::string>;  // columns as text, NULL as "NULL"

  // Rows of all statements, one after the other. Errors: kind retry while the server cannot be reached.
  Result<std::vector<Row>> query(const std::string& statements, std::stop_token stop = {},
                                 std::chrono::milliseconds limit = std::chrono::seconds(60));
  // All statements in one transaction: all or none (for what MariaDB can roll back; not for CREATE or GRANT).
  Status transaction(const std::string& statements, std::stop_token stop = {});

 private:
  Host& host_;
};

// 'it''s' : a text as a literal, whatever is in it.
std::string sql_text(const std::string& text);
// `name` : an identifier.
std::string sql_name(const std::string& name);

}  // namespace microstack
