// What it takes to log in to a controller.
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace microstack::juju {

// A cookie of the command line's jar (cookies/CONTROLLER.json); login macaroons are kept in such.
struct Cookie {
  std::string name, domain, path;
  Secret value;
};

struct Access {
  std::string controller;              // the name it has in controllers.yaml; for messages
  std::string controller_uuid;         // empty: not checked
  std::vector<std::string> addresses;  // host:port, the best first
  std::string ca_pem;                  // empty: the system's authorities
  std::string server_name = "juju-apiserver";
  std::string user = "admin";  // without "user-"
  Secret password;             // empty: macaroons
  std::vector<Cookie> cookies;

  std::string user_tag() const { return "user-" + user; }
  // The text "user admin of controller lab" for messages.
  std::string text() const;
};

// Access from the environment, for a controller at any address: MICROSTACK_JUJU_ADDRESSES (comma list),
// MICROSTACK_JUJU_CA (PEM or a file), MICROSTACK_JUJU_USER, MICROSTACK_JUJU_PASSWORD. Prefix instead of
// MICROSTACK_JUJU.
Result<Access> access_from_environment(const std::string& prefix);

}  // namespace microstack::juju
