// A small OpenStack within the test: Keystone, Glance, Nova, Neutron and Placement over HTTP, in memory, with
// the shapes and statuses of 2025.1. It keeps its rules: no token no answer, no duplicate where the real one
// has none, a server is BUILD when it is first looked at and ACTIVE or ERROR afterwards.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/clients/openstack/session.h"
#include "tests/support/http_server/http_server.h"

namespace microstack::testing {

class OpenStackWorld {
 public:
  OpenStackWorld();
  ~OpenStackWorld();

  openstack::Access admin() const;  // user admin in project admin, with its password
  std::string auth_url() const;

  // What a test turns.
  std::string server_fault;               // not empty: the next servers go to ERROR with this message
  int token_seconds = 3600;               // lifetime of tokens issued from now on
  std::string stored_sha512;              // not empty: what Glance says of any data
  std::size_t page_size = 1000;           // of Neutron's and Glance's lists
  std::vector<Json> compute_services = {  // Nova's report of itself
      {{"binary", "nova-compute"}, {"host", "n1"}, {"state", "up"}, {"status", "enabled"}},
      {{"binary", "nova-scheduler"}, {"host", "n1"}, {"state", "down"}, {"status", "enabled"}}};
  std::vector<Json> migrations;  // of every host
  int late_agents = 0;           // so many of Neutron's agents come back once they are deleted
  void forget_tokens();          // Keystone was restarted with other keys

  // What a test looks at.
  std::vector<std::string> calls() const;                  // "POST /identity/v3/auth/tokens"
  std::vector<Json> all(const std::string& plural) const;  // "networks", "servers", ...

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace microstack::testing
