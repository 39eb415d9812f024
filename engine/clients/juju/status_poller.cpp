#include "engine/clients/juju/status_poller.h"

#include <algorithm>

namespace microstack::juju {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t most_causes = 10;

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ", ") + name;
  return out;
}

// A transient failure of one poll does not end a wait; the limit does.
bool worth_another_poll(const Error& error, const Limit& limit) {
  return error.kind == ErrorKind::retry && !limit.over();
}

}  // namespace

Result<std::shared_ptr<const ModelStatus>> StatusPoller::since(Clock::time_point earliest,
                                                               const Limit& limit) {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (status_ && asked_at_ >= earliest) return status_;
    if (!asking_) break;
    // A poll that is under way was begun before we asked: its answer may do, or we make the next one.
    bool woken = changed_.wait_until(lock, limit.stop, limit.until, [&] { return !asking_; });
    if (!woken) return limit.error("the status of the model", model_.access().controller);
  }
  asking_ = true;
  ++polls_;
  auto begun = Clock::now();
  lock.unlock();
  auto fresh = juju::status(model_, limit);
  lock.lock();
  asking_ = false;
  if (fresh) {
    status_ = std::make_shared<const ModelStatus>(std::move(fresh).value());
    asked_at_ = begun;
  }
  changed_.notify_all();
  if (!fresh) return std::move(fresh).error();
  return status_;
}

Status StatusPoller::wait(const std::string& what, const Judge& judge, const Limit& limit, const Tell& tell) {
  std::string told;
  auto say = [&](const std::string& text) {
    if (tell && text != told) tell(text);
    told = text;
  };
  Verdict verdict{Verdict::pending, "the first status of the model"};
  std::shared_ptr<const ModelStatus> seen;
  std::optional<Error> failed;
  for (bool first = true;; first = false) {
    // The first look is always fresh: what the caller has just done must be in it.
    auto status = latest(first ? std::chrono::milliseconds{0} : interval_ / 2, limit);
    if (status) {
      failed.reset();
      seen = *status;
      verdict = judge(**status);
      if (verdict.kind == Verdict::holds) return say(""), Status{};
      if (verdict.kind == Verdict::never) {
        say("");
        return doing("waiting for " + what, ask(verdict.text));
      }
    } else {
      failed = std::move(status).error();
      if (!worth_another_poll(*failed, limit)) break;
    }
    say(failed ? failed->what : verdict.text);
    std::unique_lock lock(mutex_);
    auto next = std::min(limit.until, Clock::now() + interval_);
    changed_.wait_until(lock, limit.stop, next, [] { return false; });
    if (limit.over()) break;
  }
  say("");
  Error error = limit.over() ? limit.error(what + ": " + verdict.text, model_.access().controller)
                             : retry("waiting for " + what, model_.access().controller);
  if (failed) error.causes.push_back(std::move(*failed));
  if (seen) {
    for (const auto& trouble : troubles(*seen)) {
      if (error.causes.size() < most_causes) error.causes.push_back(retry(trouble.text()));
    }
  }
  if (!limit.over()) error.kind = error.causes.front().kind;
  return error;
}

int StatusPoller::polls() const {
  std::lock_guard lock(mutex_);
  return polls_;
}

StatusPoller::Judge active(std::vector<std::string> applications) {
  return [names = std::move(applications)](const ModelStatus& status) -> StatusPoller::Verdict {
    std::vector<std::string> missing;
    for (const auto& name : names) {
      auto found = status.applications.find(name);
      if (found == status.applications.end() || found->second.life != "alive") missing.push_back(name);
    }
    if (!missing.empty()) return {StatusPoller::Verdict::pending, "no application " + joined(missing)};
    auto found = troubles(status, names);
    if (found.empty()) return {StatusPoller::Verdict::holds, {}};
    auto text = found.front().text();
    if (found.size() > 1) text += " (and " + std::to_string(found.size() - 1) + " more)";
    return {StatusPoller::Verdict::pending, text};
  };
}

StatusPoller::Judge gone(std::vector<std::string> applications) {
  return [names = std::move(applications)](const ModelStatus& status) -> StatusPoller::Verdict {
    std::vector<std::string> left;
    for (const auto& name : names) {
      if (status.applications.count(name) > 0) left.push_back(name);
    }
    if (left.empty()) return {StatusPoller::Verdict::holds, {}};
    return {StatusPoller::Verdict::pending, "still there: " + joined(left)};
  };
}

StatusPoller::Judge scaled(std::string application, int units) {
  return [name = std::move(application), units](const ModelStatus& status) -> StatusPoller::Verdict {
    auto found = status.applications.find(name);
    if (found == status.applications.end())
      return {StatusPoller::Verdict::never, "there is no application " + name};
    auto have = static_cast<int>(found->second.units.size());
    if (have == units) return {StatusPoller::Verdict::holds, {}};
    return {StatusPoller::Verdict::pending,
            name + " has " + std::to_string(have) + " of " + std::to_string(units) + " units"};
  };
}

}  // namespace microstack::juju
