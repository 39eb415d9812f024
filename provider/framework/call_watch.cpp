#include "provider/framework/call_watch.h"

#include <algorithm>

namespace microstack::terraform {

CallWatch::~CallWatch() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

CallWatch::Watched::Watched(CallWatch& watch, Call& call, grpc::ServerContext* context)
    : watch_(watch), call_(call) {
  std::lock_guard lock(watch_.mutex_);
  watch_.calls_.push_back({&call, context});
  if (!watch_.thread_.joinable()) watch_.thread_ = std::thread([&watch] { watch.run(); });
}

CallWatch::Watched::~Watched() {
  std::lock_guard lock(watch_.mutex_);
  std::erase_if(watch_.calls_, [this](const Entry& entry) { return entry.call == &call_; });
}

void CallWatch::cancel_all(Call::Cause cause) {
  std::lock_guard lock(mutex_);
  for (auto& entry : calls_) entry.call->cancel(cause);
}

void CallWatch::run() {
  constexpr auto beat =
      std::chrono::milliseconds(100);  // gRPC's sync calls tell nobody when they are cancelled
  // It beats on while there is no call: being woken by each call would cost more than the call's own work.
  std::unique_lock lock(mutex_);
  while (!ending_) {
    changed_.wait_for(lock, beat, [this] { return ending_; });
    auto now = Call::Clock::now();
    for (auto& entry : calls_) {
      if (entry.context && entry.context->IsCancelled()) entry.call->cancel(Call::Cause::gone);
      if (auto deadline = entry.call->deadline(); deadline && now >= *deadline)
        entry.call->cancel(Call::Cause::limit);
    }
  }
}

}  // namespace microstack::terraform
