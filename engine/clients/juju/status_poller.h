// One poller per model: whoever waits for something in it shares one FullStatus at a time.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>

#include "engine/clients/juju/status.h"

namespace microstack::juju {

class StatusPoller {
 public:
  // What a waiter makes of a status.
  struct Verdict {
    enum Kind { holds, pending, never } kind = pending;
    std::string text;  // what is still missing, or why it will never hold
  };
  using Judge = std::function<Verdict(const ModelStatus&)>;
  using Tell = std::function<void(const std::string& waiting_for)>;

  // Controllers of 4.x have no watcher for this: polling is what is left. No thread: the first of those who
  // wait makes the call.
  explicit StatusPoller(Session& model, std::chrono::milliseconds interval = std::chrono::milliseconds{2000})
      : model_(model), interval_(interval) {}

  // A status that was asked for at this time or later.
  Result<std::shared_ptr<const ModelStatus>> since(std::chrono::steady_clock::time_point earliest,
                                                   const Limit& limit);
  // A status not older than max_age.
  Result<std::shared_ptr<const ModelStatus>> latest(std::chrono::milliseconds max_age, const Limit& limit) {
    return since(std::chrono::steady_clock::now() - max_age, limit);
  }

  // Waits until judge says it holds. `tell` hears each new reason, and an empty text at the end. Errors: ask
  // when judge says never; retry when the limit is over, with the last reason and the troubles of the model
  // as causes.
  Status wait(const std::string& what, const Judge& judge, const Limit& limit, const Tell& tell = {});

  // FullStatus calls made so far.
  int polls() const;

 private:
  Session& model_;
  std::chrono::milliseconds interval_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  bool asking_ = false;
  int polls_ = 0;
  std::shared_ptr<const ModelStatus> status_;
  std::chrono::steady_clock::time_point asked_at_{};
};

// Judges for the common waits.
StatusPoller::Judge active(std::vector<std::string> applications);  // all of their units are active and idle
StatusPoller::Judge gone(std::vector<std::string> applications);    // none of them is left
StatusPoller::Judge scaled(std::string application, int units);  // it has so many units, whatever their state

}  // namespace microstack::juju
