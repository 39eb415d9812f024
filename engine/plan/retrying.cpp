#include "engine/plan/retrying.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

namespace microstack {

Status Retrying::apply(StepContext& context) {
  auto pause = limits_.pause;
  for (int attempt = 1;; ++attempt, pause *= 2) {
    auto status = step_->apply(context);
    if (status || status.error().kind != ErrorKind::retry || context.stop.stop_requested()) return status;
    if (attempt >= limits_.attempts)
      return doing(fmt::format("{} attempts failed; the last one", attempt), std::move(status).error());
    context.waiting(
        fmt::format("attempt {} of {} after: {}", attempt + 1, limits_.attempts, status.error().what));
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, context.stop, pause, [] { return false; });
    context.waiting({});
    if (context.stop.stop_requested()) return status;
  }
}

}  // namespace microstack
