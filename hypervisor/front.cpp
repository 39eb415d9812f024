#include "hypervisor/front.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <mutex>
#include <thread>

#include "engine/base/hash.h"
#include "engine/base/secret.h"
#include "engine/base/yaml.h"
#include "engine/plan/event_table.h"

namespace microstack {

bool is_cancel(const std::string& line) {
  const auto json = Json::parse(line, nullptr, false);
  return json.is_object() && json.contains("cancel") && json["cancel"] == true;
}

std::string new_run_id() {
  const auto now = std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y%m%dT%H%M%S}-{}", fmt::gmtime(now),
                     sha256_hex(random_secret(16).reveal()).substr(0, 8));
}

// --- Front
// -------------------------------------------------------------------------------------------------------------
struct Front::State {
  std::mutex mutex;
  std::unique_ptr<Table> table;
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
};

Front::Front(Places all_places, MakePlanner make)
    : places(std::move(all_places)),
      planner(std::move(make)),
      run(new_run_id()),
      state_(std::make_unique<State>()) {}
Front::~Front() = default;

bool Front::json() const {
  return format.empty() ? !::isatty(out) : format == "json";
}

EventSink Front::events() {
  return [this](const Event& event) { show(event); };
}

void Front::show(const Event& event) {
  const std::lock_guard lock(state_->mutex);
  Event full = event;
  if (full.run.empty()) full.run = run;
  if (full.t == 0)
    full.t = std::chrono::duration<double>(std::chrono::steady_clock::now() - state_->start).count();
  if (json()) {
    print(to_line(full) + "\n");
    return;
  }
  if (!state_->table) state_->table = std::make_unique<Table>(::isatty(out));
  print(state_->table->text(full));
}

StepContext Front::telling(const std::string& step, std::stop_token stop) {
  StepContext context;
  context.stop = std::move(stop);
  context.progress = [this, step](std::int64_t done, std::int64_t total, const std::string& what) {
    show({.kind = Event::Kind::progress, .step = step, .title = what, .done = done, .total = total});
  };
  context.waiting = [this, step](const std::string& what) {
    if (!what.empty()) show({.kind = Event::Kind::wait, .step = step, .waiting_for = what});
  };
  return context;
}

void Front::finish(const Result<Json>& answer) {
  if (!answer) return fail(answer.error(), exit_of(answer.error()));
  show({.kind = Event::Kind::done, .result = *answer});
  if (!json() && !answer->empty()) print(to_yaml(*answer));
}

void Front::finish(const Status& status) {
  if (!status) return fail(status.error(), exit_of(status.error()));
  finish(Result<Json>(Json::object()));
}

void Front::fail(const Error& error, Exit code) {
  show({.kind = Event::Kind::error, .error = error});
  exit = code;
}

Result<std::string> Front::read_all(std::size_t limit) const {
  std::string text;
  char buffer[65536];
  while (true) {
    const ssize_t n = ::read(in, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return give_up("cannot read stdin");
    if (n == 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
    if (text.size() > limit) return ask(fmt::format("stdin has more than {} bytes", limit));
  }
}

bool Front::print(const std::string& text) const {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(out, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EAGAIN) {
      pollfd ready{out, POLLOUT, 0};
      ::poll(&ready, 1, 1000);
      continue;
    }
    if (n < 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

// --- signals
// -----------------------------------------------------------------------------------------------------------
namespace {

// A handler can reach nothing but statics. Children must not inherit a blocked mask, so this is no signalfd.
std::atomic<int> signal_read{-1}, signal_write{-1};

extern "C" void on_signal(int) {
  const int saved = errno;
  [[maybe_unused]] const auto written = ::write(signal_write, "!", 1);
  errno = saved;
}

}  // namespace

Signals::Signals() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe for signals");
  signal_read = ends[0];
  signal_write = ends[1];
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  ::close(signal_write.exchange(-1));
  ::close(signal_read.exchange(-1));
}

int Signals::fd() const {
  return signal_read;
}

struct Cancel::State {
  Signals signals;
  std::stop_source stop;
  int wake[2] = {-1, -1};
  std::jthread thread;
};

Cancel::Cancel(bool from_stdin, int in) : state_(std::make_unique<State>()) {
  if (::pipe2(state_->wake, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for cancelling");
  state_->thread = std::jthread([state = state_.get(), from_stdin, in] {
    std::string line;
    pollfd all[3] = {
        {state->wake[0], POLLIN, 0}, {state->signals.fd(), POLLIN, 0}, {from_stdin ? in : -1, POLLIN, 0}};
    while (true) {
      if (::poll(all, 3, -1) < 0 && errno != EINTR) return;
      if (all[0].revents) return;
      char bytes[4096];
      if (all[1].revents && ::read(all[1].fd, bytes, sizeof bytes) > 0) state->stop.request_stop();
      if (!all[2].revents) continue;
      const ssize_t n = ::read(in, bytes, sizeof bytes);
      if (n <= 0) {
        all[2].fd = -1;  // the end of stdin is no wish to stop
        continue;
      }
      for (const char c : std::string_view(bytes, static_cast<std::size_t>(n))) {
        if (c != '\n') {
          line.push_back(c);
          continue;
        }
        if (is_cancel(line)) state->stop.request_stop();
        line.clear();
      }
    }
  });
}

Cancel::~Cancel() {
  ::close(state_->wake[1]);  // ends the thread's poll
  state_->thread.join();
  ::close(state_->wake[0]);
}

std::stop_token Cancel::token() const {
  return state_->stop.get_token();
}

}  // namespace microstack
