// Waiting for what OpenStack does in the background.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "engine/base/result.h"

namespace microstack::openstack {

// How a wait is done; tests give a pause that returns at once.
struct Wait {
  std::chrono::milliseconds limit{300'000};
  std::chrono::milliseconds pause{500};
  std::stop_token stop = {};
  std::function<void(const std::string& for_what)> tell = [](const std::string&) {};
  // Sleeps; unset: really, ended early by `stop`.
  std::function<void(std::chrono::milliseconds, std::stop_token)> sleep = {};
};

// Asks until the answer is true. Errors: what `ask` returns, the limit (kind retry, naming `for_what`), a
// stop.
Status wait_until(const std::string& for_what, const Wait& wait, const std::function<Result<bool>()>& ask);

}  // namespace microstack::openstack
