// The little of macaroons that a client needs: login macaroons come from the command line's cookies, a
// discharge is bound to its root before it is sent. Verifying is the controller's business.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/clients/juju/access.h"

namespace microstack::juju {

// The login macaroons among the cookies (names that begin with "macaroon-"), each with its discharges:
// [[root, discharge...]...] as Login wants them.
Json login_macaroons(const std::vector<Cookie>& cookies);

// What must be asked of whom: the third-party caveat of a macaroon in JSON (version 2, as controllers send
// it).
struct ThirdPartyCaveat {
  std::string location;  // URL of the discharger
  std::string id64;      // as in the macaroon
  std::string caveat64;  // the encrypted caveat, where it travels beside the macaroon; else empty
};
// `required` is the login answer's bakery-discharge-required {m, cdata}, or its discharge-required.
std::vector<ThirdPartyCaveat> third_party_caveats(const Json& required);

// The discharge with its signature bound to the root's. Error (give_up): not macaroons in JSON version 2.
Result<Json> bound_discharge(const Json& discharge, const Json& root);

// Base64 of any kind: with or without padding, URL-safe or not.
std::optional<std::string> base64_decode(const std::string& text);
std::string base64_encode(const std::string& bytes);      // standard, padded
std::string base64_url_encode(const std::string& bytes);  // URL-safe, unpadded

}  // namespace microstack::juju
