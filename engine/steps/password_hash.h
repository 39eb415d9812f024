// bcrypt as Keystone stores it. What is hashed here are 256 random bits: a low cost is enough for them, and a service's
// first request does not pay for a high one.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace microstack {

Result<std::string> password_hash(const Secret& password, int cost = 4);
bool password_fits(const Secret& password, const std::string& hash);

}  // namespace microstack
