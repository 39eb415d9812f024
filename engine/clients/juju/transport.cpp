#include "engine/clients/juju/transport.h"

#include <condition_variable>
#include <mutex>

namespace microstack::juju {

void Limit::pause(std::chrono::milliseconds time) const {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_until(lock, stop, std::min(until, std::chrono::steady_clock::now() + time),
                   [] { return false; });
}

Error Limit::error(const std::string& what, const std::string& where) const {
  if (stop.stop_requested()) return retry("stopped while waiting for " + what, where);
  return retry("no answer in time while waiting for " + what, where);
}

}  // namespace microstack::juju
