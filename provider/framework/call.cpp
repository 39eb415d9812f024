#include "provider/framework/call.h"

#include "engine/base/duration.h"

namespace microstack::terraform {

void Call::cancel(Cause cause) {
  Cause none = Cause::none;
  cause_.compare_exchange_strong(none, cause);
  if (cause != Cause::gone) told_.request_stop();
  stop_.request_stop();
}

void Call::limit(std::chrono::nanoseconds limit, std::string named) {
  limit_text_ = "the limit of " + duration_text(std::chrono::duration<double>(limit).count()) + " (" +
                std::move(named) + ") was reached";
  deadline_ = (Clock::now() + std::chrono::duration_cast<Clock::duration>(limit)).time_since_epoch().count();
}

std::optional<Call::Clock::time_point> Call::deadline() const {
  auto at = deadline_.load();
  return at ? std::optional(Clock::time_point(Clock::duration(at))) : std::nullopt;
}

std::string Call::why() const {
  switch (cause_.load()) {
    case Cause::none:
      return {};
    case Cause::stopped:
      return "Terraform was asked to stop";
    case Cause::gone:
      return "Terraform has gone away";
    case Cause::limit:
      return limit_text_;
  }
  return {};
}

}  // namespace microstack::terraform
