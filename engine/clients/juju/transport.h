// Text frames to and from a controller, whatever carries them.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/base/result.h"

namespace microstack::juju {

// How long something may take, and who may end it earlier. `until` is absolute, so that it can be handed
// down.
struct Limit {
  std::chrono::steady_clock::time_point until;
  std::stop_token stop;

  static Limit of(std::chrono::milliseconds time, std::stop_token stop = {}) {
    return {std::chrono::steady_clock::now() + time, std::move(stop)};
  }
  bool over() const { return stop.stop_requested() || std::chrono::steady_clock::now() >= until; }
  std::chrono::milliseconds left() const {
    return std::max(std::chrono::milliseconds{0}, std::chrono::duration_cast<std::chrono::milliseconds>(
                                                      until - std::chrono::steady_clock::now()));
  }
  // Waits so long at most, and no longer than the limit.
  void pause(std::chrono::milliseconds time) const;
  // The error of somebody who waited for `what` until the limit was over.
  Error error(const std::string& what, const std::string& where) const;
};

// Whom to believe. A controller has a CA of its own, and its certificate always carries the name
// juju-apiserver, whatever address it is reached at.
struct Trust {
  std::string ca_pem;  // empty: the system's authorities (a controller behind a public host name)
  std::string server_name = "juju-apiserver";
};

// Where frames go. Both are called on the transport's own thread and must not wait; nothing comes after
// closed().
struct Receiver {
  std::function<void(std::string frame)> frame;
  std::function<void(Error why)> closed;
};

class Transport {
 public:
  // After it no function of the receiver runs or will run. Not to be destroyed from within the receiver.
  virtual ~Transport() = default;
  // Puts the frame in the queue; whether it arrived is known by its answer alone.
  virtual void send(std::string frame) = 0;
};

class Dialer {
 public:
  virtual ~Dialer() = default;
  // address is host:port. Errors: retry (refused, timeout, reset), ask (name not found, certificate not
  // trusted, no such path), each with address and path in `where`.
  virtual Result<std::unique_ptr<Transport>> open(const std::string& address, const std::string& path,
                                                  const Trust& trust, Receiver receiver,
                                                  const Limit& limit) = 0;
};

}  // namespace microstack::juju
