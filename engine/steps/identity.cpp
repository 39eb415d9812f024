#include "engine/steps/identity.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/base/hash.h"
#include "engine/steps/password_hash.h"

namespace microstack {
namespace {

constexpr const char* interfaces[] = {"public", "internal", "admin"};

// Ids of what we make are the same in every cloud: making it again meets itself.
std::string id_of(const std::string& kind, const std::string& name) {
  return sha256_hex("microstack/" + kind + "/" + name).substr(0, 32);
}

std::string secret_of(const Component::Identity& user) {
  return user.secret.empty() ? user.user + "/identity" : user.secret;
}

// SQL that is the id of what already has this name, else ours.
std::string project(const std::string& name) {
  return "(SELECT id FROM project WHERE domain_id = 'default' AND is_domain = 0 AND name = " +
         sql_text(name) + ")";
}
std::string role(const std::string& name) {
  return "(SELECT id FROM role WHERE domain_id = '<<null>>' AND name = " + sql_text(name) + ")";
}
std::string user(const std::string& name) {
  return "(SELECT user_id FROM local_user WHERE domain_id = 'default' AND name = " + sql_text(name) + ")";
}

void add_project(std::string& sql, const std::string& name) {
  sql +=
      "INSERT IGNORE INTO project (id, name, extra, description, enabled, domain_id, parent_id, is_domain) "
      "VALUES (" +
      sql_text(id_of("project", name)) + ", " + sql_text(name) + ", '{}', '', 1, 'default', 'default', 0);\n";
}

void add_role(std::string& sql, const std::string& name) {
  sql += "INSERT IGNORE INTO role (id, name, extra, domain_id) VALUES (" + sql_text(id_of("role", name)) +
         ", " + sql_text(name) + ", '{}', '<<null>>');\n";
  sql += "INSERT IGNORE INTO role_option VALUES (" + role(name) + ", 'IMMU', 'true');\n";
}

std::string shared_facts(const std::string& region) {
  std::string sql =
      "INSERT IGNORE INTO project (id, name, extra, description, enabled, domain_id, parent_id, is_domain) "
      "VALUES"
      " ('<<keystone.domain.root>>', '<<keystone.domain.root>>', '{}', '', 0, '<<keystone.domain.root>>', "
      "NULL, 1),"
      " ('default', 'Default', '{}', 'The default domain', 1, '<<keystone.domain.root>>', NULL, 1);\n";
  for (const char* name : {"admin", "manager", "member", "reader", "service"}) add_role(sql, name);
  const std::pair<const char*, const char*> implied[] = {
      {"admin", "manager"}, {"manager", "member"}, {"member", "reader"}};
  for (const auto& [prior, then] : implied)
    sql += "INSERT IGNORE INTO implied_role (prior_role_id, implied_role_id) SELECT " + role(prior) + ", " +
           role(then) + ";\n";
  sql += "INSERT IGNORE INTO region (id, description, extra) VALUES (" + sql_text(region) + ", '', '{}');\n";
  return sql;
}

std::string make_user(const Component::Identity& wanted, const std::string& hash) {
  const std::string name = sql_text(wanted.user), id = sql_text(id_of("user", wanted.user));
  std::string sql;
  add_project(sql, wanted.project);
  sql += "INSERT INTO user (id, extra, enabled, created_at, domain_id) SELECT " + id +
         ", '{}', 1, UTC_TIMESTAMP(), 'default' FROM DUAL WHERE NOT EXISTS " + user(wanted.user) + ";\n";
  sql += "INSERT IGNORE INTO local_user (user_id, domain_id, name, failed_auth_count) SELECT " + id +
         ", 'default', " + name + ", 0 FROM DUAL WHERE NOT EXISTS " + user(wanted.user) + ";\n";
  sql += "UPDATE user SET enabled = 1 WHERE id = " + user(wanted.user) + ";\n";
  if (!hash.empty()) {
    // The newest row counts; older ones are a history that no random password needs.
    sql +=
        "DELETE FROM password WHERE local_user_id = (SELECT id FROM local_user WHERE domain_id = 'default' "
        "AND name = " +
        name + ");\n";
    sql +=
        "INSERT INTO password (local_user_id, self_service, password_hash, created_at_int, created_at) "
        "SELECT id, 0, " +
        sql_text(hash) +
        ", UNIX_TIMESTAMP(UTC_TIMESTAMP(6)) * 1000000, UTC_TIMESTAMP() FROM local_user WHERE domain_id "
        "= 'default' AND name = " +
        name + ";\n";
  }
  for (const std::string& wanted_role : wanted.roles) {
    add_role(sql, wanted_role);
    sql +=
        "INSERT IGNORE INTO assignment (type, actor_id, target_id, role_id, inherited) SELECT "
        "'UserProject', " +
        user(wanted.user) + ", " + project(wanted.project) + ", " + role(wanted_role) + ", 0;\n";
  }
  for (const std::string& wanted_role : wanted.system_roles)
    sql +=
        "INSERT IGNORE INTO system_assignment (type, actor_id, target_id, role_id, inherited) SELECT "
        "'UserSystem', " +
        user(wanted.user) + ", 'system', " + role(wanted_role) + ", 0;\n";
  return sql;
}

std::string service_id(const IdentityFact::Service& service) {
  return "(SELECT id FROM service WHERE type = " + sql_text(service.type) + " LIMIT 1)";
}

std::string make_service(const IdentityFact::Service& service, const std::string& region) {
  std::string sql =
      "INSERT INTO service (id, type, enabled, extra) SELECT " + sql_text(id_of("service", service.type)) +
      ", " + sql_text(service.type) + ", 1, " + sql_text(Json{{"name", service.name}}.dump()) +
      " FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM service WHERE type = " + sql_text(service.type) + ");\n";
  for (const std::string interface : interfaces) {
    const std::string which = " service_id = " + service_id(service) +
                              " AND interface = " + sql_text(interface) +
                              " AND region_id = " + sql_text(region);
    sql += "UPDATE endpoint SET url = " + sql_text(service.url) + ", enabled = 1 WHERE" + which + ";\n";
    sql += "INSERT INTO endpoint (id, interface, service_id, url, extra, enabled, region_id) SELECT " +
           sql_text(id_of("endpoint", service.type + "/" + region + "/" + interface)) + ", " +
           sql_text(interface) + ", " + service_id(service) + ", " + sql_text(service.url) + ", '{}', 1, " +
           sql_text(region) + " FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM endpoint WHERE" + which + ");\n";
  }
  return sql;
}

// What is there, a row each: ('user', name, hash), ('role', user, project, role), ('endpoint', type, interface, url).
constexpr const char* look =
    "USE keystone;\n"
    "SELECT 'user', l.name, COALESCE((SELECT p.password_hash FROM password p WHERE p.local_user_id = l.id "
    "ORDER BY "
    "p.created_at_int DESC LIMIT 1), '') FROM local_user l JOIN user u ON u.id = l.user_id WHERE l.domain_id "
    "= 'default' "
    "AND u.enabled = 1;\n"
    "SELECT 'role', l.name, p.name, r.name FROM assignment a JOIN local_user l ON l.user_id = a.actor_id "
    "JOIN project p ON "
    "p.id = a.target_id JOIN role r ON r.id = a.role_id WHERE a.type = 'UserProject';\n"
    "SELECT 'system', l.name, r.name FROM system_assignment a JOIN local_user l ON l.user_id = a.actor_id "
    "JOIN role r ON "
    "r.id = a.role_id;\n";

std::string look_at_endpoints(const std::string& region) {
  return "SELECT 'endpoint', s.type, e.interface, e.url FROM endpoint e JOIN service s ON s.id = "
         "e.service_id WHERE "
         "e.enabled = 1 AND e.region_id = " +
         sql_text(region) + ";\n";
}

}  // namespace

Json IdentityStep::inputs() const {
  Json inputs = {{"region", fact_.region}};
  for (const auto& user : fact_.users)
    inputs["users"][user.user] = {
        {"project", user.project}, {"roles", user.roles}, {"secret", secret_of(user)}};
  for (const auto& service : fact_.services) inputs["endpoints"][service.type] = service.url;
  return inputs;
}

Result<Truth> IdentityStep::check(StepContext& context) {
  const auto rows = Sql(host_).query(look + look_at_endpoints(fact_.region), context.stop);
  if (!rows)
    return Truth::no(rows.error().kind == ErrorKind::retry ? "the database does not answer"
                                                           : "Keystone's tables are not there yet");
  std::set<Sql::Row> found;
  std::map<std::string, std::string> hashes;
  for (const Sql::Row& row : *rows) {
    if (row.size() == 3 && row[0] == "user") hashes[row[1]] = row[2];
    found.insert(row);
  }
  for (const auto& user : fact_.users) {
    const auto hash = hashes.find(user.user);
    if (hash == hashes.end()) return Truth::no("user " + user.user + " is missing or disabled");
    MS_TRY(const auto password, secrets_.find(secret_of(user)));
    if (!password || !password_fits(*password, hash->second))
      return Truth::no("user " + user.user + " has another password");
    for (const std::string& role : user.roles)
      if (!found.contains({"role", user.user, user.project, role}))
        return Truth::no("user " + user.user + " has no role " + role + " on project " + user.project);
    for (const std::string& role : user.system_roles)
      if (!found.contains({"system", user.user, role}))
        return Truth::no("user " + user.user + " has no system role " + role);
  }
  for (const auto& service : fact_.services)
    for (const std::string interface : interfaces)
      if (!found.contains({"endpoint", service.type, interface, service.url}))
        return Truth::no(interface + " endpoint of " + service.type + " is not " + service.url);
  return Truth::yes();
}

Status IdentityStep::apply(StepContext& context) {
  std::string sql = "USE keystone;\n" + shared_facts(fact_.region);
  const auto before = Sql(host_).query(look, context.stop);
  for (const auto& user : fact_.users) {
    MS_TRY(const Secret password, secrets_.need(secret_of(user)));
    bool fits = false;
    if (before)
      for (const Sql::Row& row : *before)
        fits = fits || (row.size() == 3 && row[0] == "user" && row[1] == user.user &&
                        password_fits(password, row[2]));
    std::string hash;
    if (!fits) {
      MS_TRY(hash, password_hash(password));
    }
    sql += make_user(user, hash);
  }
  for (const auto& service : fact_.services) sql += make_service(service, fact_.region);
  MS_CHECK(Sql(host_).transaction(sql, context.stop));
  return empty_cache(context);
}

// Of a Keystone that runs; where nothing runs yet, nothing is cached.
Status IdentityStep::empty_cache(StepContext& context) {
  // Not by restarting it: services that hold a connection would answer their next request with an error.
  constexpr const char* flush =
      R"(exec 3<> /dev/tcp/127.0.0.1/11211 && printf 'flush_all\r\nquit\r\n' >&3 && cat <&3)";
  MS_TRY([[maybe_unused]] const auto flushed, host_.run(Command{{"bash", "-c", flush}}, context.stop));
  return {};
}

Status IdentityStep::undo(StepContext& context) {
  std::string sql = "USE keystone;\n";
  for (const auto& service : fact_.services) {
    const std::string type = sql_text(service.type);
    sql += "DELETE FROM endpoint WHERE service_id IN (SELECT id FROM service WHERE type = " + type + ");\n";
    sql += "DELETE FROM service WHERE type = " + type + ";\n";
  }
  for (const auto& wanted : fact_.users) {
    sql += "DELETE FROM assignment WHERE actor_id = " + user(wanted.user) + ";\n";
    sql += "DELETE FROM system_assignment WHERE actor_id = " + user(wanted.user) + ";\n";
    sql += "DELETE FROM user WHERE id = " + user(wanted.user) + ";\n";
  }
  const auto rows = Sql(host_).query(look, context.stop);
  if (!rows) return {};  // no server or no tables: nothing left
  MS_CHECK(Sql(host_).transaction(sql, context.stop));
  return empty_cache(context);
}

}  // namespace microstack
