// When a provider process ends: told to by Terraform, by a signal, or because Terraform is no more.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <optional>
#include <string_view>

namespace microstack::protocol {

// | what happens                                             | started by Terraform | by hand       |
// |----------------------------------------------------------|----------------------|---------------|
// | Shutdown call                                            | ends                 | ends          |
// | SIGTERM                                                  | ends                 | ends          |
// | SIGINT (Ctrl-C reaches the whole process group)          | ignored: Terraform tells us with StopProvider
// | ends | | all client streams closed, and Terraform is dead         | ends at once         | goes on | |
// all client streams closed for five seconds               | ends                 | goes on       |
//
// One per process: it owns the signal handlers.
class Lifetime {
 public:
  explicit Lifetime(bool by_hand);
  ~Lifetime();
  Lifetime(const Lifetime&) = delete;

  // From any thread.
  void shut_down();
  void streams_open(size_t count);

  // Waits for the end and says what it was.
  std::string_view wait();

 private:
  using Clock = std::chrono::steady_clock;
  std::optional<std::string_view> ended(bool parent_dead) const;
  int patience() const;  // milliseconds until the streams have been closed for long enough; -1: no limit

  const bool by_hand_;
  int wake_;    // eventfd: something has changed
  int parent_;  // pidfd of whoever started us, or -1
  std::atomic<bool> shut_down_ = false;
  mutable std::mutex mutex_;
  size_t open_ = 0;
  std::optional<Clock::time_point>
      alone_since_;  // set while a client has been there and has no stream any more
};

}  // namespace microstack::protocol
