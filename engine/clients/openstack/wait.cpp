#include "engine/clients/openstack/wait.h"

#include <condition_variable>
#include <mutex>

namespace microstack::openstack {

Status wait_until(const std::string& for_what, const Wait& wait, const std::function<Result<bool>()>& ask) {
  const auto sleep = wait.sleep ? wait.sleep : [](std::chrono::milliseconds time, std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any wake;
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stop, time, [] { return false; });
  };
  // Time is counted in pauses taken as well as on the clock, so that a test's pause that takes no time ends
  // too.
  const auto begin = std::chrono::steady_clock::now();
  std::chrono::milliseconds paused{0};
  wait.tell(for_what);
  for (;;) {
    MS_TRY(const bool done, ask());
    if (done) {
      wait.tell({});
      return {};
    }
    if (wait.stop.stop_requested()) return retry("stopped while waiting for " + for_what);
    if (paused >= wait.limit || std::chrono::steady_clock::now() - begin >= wait.limit)
      return retry("waited " + std::to_string(wait.limit.count() / 1000) + " s for " + for_what);
    sleep(wait.pause, wait.stop);
    paused += wait.pause;
  }
}

}  // namespace microstack::openstack
