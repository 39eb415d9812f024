// Following the objects of a list as they change.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>

#include "engine/clients/kubernetes/cluster.h"

namespace microstack::kubernetes {

struct Change {
  enum class Kind { added, modified, removed };
  Kind kind;
  Json object;
};

struct WatchLimits {
  std::chrono::milliseconds limit{300'000};  // of the whole watch
  std::chrono::seconds of_connection{
      240};  // the server ends a connection after that; it is then opened again
  std::chrono::milliseconds pause{
      500};  // before a connection that failed is opened again; doubled, up to 8 s
  std::stop_token stop = {};
};

// First every object that is there as added, then each change, each once. A connection that is cut goes on where it
// ended; where the server no longer has that past (410 Gone), everything is listed again and told as the difference
// to what was told. Ends with success when `on_change` returns false. Errors: the limit (kind retry, naming
// `for_what`), a stop, and what is no matter of waiting (Forbidden, Unauthorized, a certificate).
Status watch(Cluster& cluster, const std::string& path, const Selection& selection,
             const std::string& for_what, const WatchLimits& limits,
             const std::function<bool(const Change&)>& on_change);

}  // namespace microstack::kubernetes
