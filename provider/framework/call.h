// What the author of a resource is given beside the model: when to stop, where to warn, what to remember.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "provider/framework/diagnostics.h"

namespace microstack::terraform {

// Small texts kept with a resource beside its state, shown to nobody but not encrypted either: never a
// secret.
using Private = std::map<std::string, std::string>;

class Call {
 public:
  using Clock = std::chrono::steady_clock;

  // `name` is what the call is about, for messages: "microstack_node: create".
  explicit Call(std::string name) : name_(std::move(name)) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  const std::string& name() const { return name_; }

  // Stopped by Ctrl-C, by Terraform's end and by the time limit of `timeouts`. Hand it to everything that may
  // take long, and return an error promptly when it is stopped; why() then says which it was.
  std::stop_token stop() const { return stop_.get_token(); }
  // The same, but not by Terraform's mere end: for what goes on in a process of its own, where the next apply
  // finds it again.
  std::stop_token told_to_stop() const { return told_.get_token(); }
  std::optional<Clock::time_point> deadline() const;
  std::string why()
      const;  // "stopped", "the limit of 30m (timeouts.create) was reached"; empty while running

  Diagnostics& diagnostics() { return diagnostics_; }
  void warn(std::string summary, std::string detail = {}, Path path = {}) {
    diagnostics_.warn(std::move(summary), std::move(detail), std::move(path));
  }
  // An error at an attribute, for those who have several to report; returning an Error is the usual way.
  void error(std::string summary, std::string detail = {}, Path path = {}) {
    diagnostics_.error(std::move(summary), std::move(detail), std::move(path));
  }

  // A line on what is going on: to Terraform's user from an action, else to the log.
  void progress(const std::string& line) {
    if (on_progress_) on_progress_(line);
  }

  // Comes back in every later call about the same resource. What plan puts in is seen by create and update.
  Private& saved() { return saved_; }

  // To be said by a create or update that fails: what the model now holds is true and belongs into the state.
  // (A create that has filled in any unknown value is taken to have said so.)
  void keep_state() { keep_state_ = true; }

  // --- for the framework
  enum class Cause { none, stopped, gone, limit };
  void cancel(Cause cause);
  void limit(std::chrono::nanoseconds limit, std::string named);
  void on_progress(std::function<void(const std::string&)> to) { on_progress_ = std::move(to); }
  bool keeps_state() const { return keep_state_; }

 private:
  std::string name_, limit_text_;
  std::stop_source stop_, told_;
  std::atomic<Cause> cause_ = Cause::none;
  std::atomic<Clock::rep> deadline_ = 0;  // 0: none; read by the watch while the call's own thread sets it
  Diagnostics diagnostics_;
  Private saved_;
  std::function<void(const std::string&)> on_progress_;
  bool keep_state_ = false;
};

}  // namespace microstack::terraform
