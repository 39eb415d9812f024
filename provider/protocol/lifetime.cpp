#include "provider/protocol/lifetime.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>

namespace microstack::protocol {
namespace {

constexpr std::chrono::milliseconds grace{5000};

std::atomic<int> wake_at_signal = -1;
std::atomic<int> signal_seen = 0;

void notify(int descriptor) {
  uint64_t one = 1;
  [[maybe_unused]] auto written = write(descriptor, &one, sizeof one);
}

void on_signal(int number) {
  signal_seen = number;
  notify(wake_at_signal);
}

// A handler, unlike SIG_IGN, is not inherited by the programs that the provider runs.
void on_ignored_signal(int) {}

void handle(int number, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(number, &action, nullptr);
}

int open_parent() {
  pid_t parent = getppid();
  int descriptor = static_cast<int>(syscall(SYS_pidfd_open, parent, 0));
  if (descriptor >= 0 && getppid() != parent) {  // it died in between; the number may be somebody else's now
    close(descriptor);
    return -1;
  }
  return descriptor;
}

}  // namespace

Lifetime::Lifetime(bool by_hand)
    : by_hand_(by_hand),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      parent_(by_hand ? -1 : open_parent()) {
  wake_at_signal = wake_;
  handle(SIGTERM, on_signal);
  handle(SIGPIPE, on_ignored_signal);
  // Ignored also in the programs that we run: they share Terraform's terminal, and end when we tell them to.
  handle(SIGINT, by_hand ? on_signal : SIG_IGN);
}

Lifetime::~Lifetime() {
  for (int number : {SIGTERM, SIGPIPE, SIGINT}) handle(number, SIG_DFL);
  wake_at_signal = -1;
  close(wake_);
  if (parent_ >= 0) close(parent_);
}

void Lifetime::shut_down() {
  shut_down_ = true;
  notify(wake_);
}

void Lifetime::streams_open(size_t count) {
  std::scoped_lock lock(mutex_);
  open_ = count;
  alone_since_ = count ? std::nullopt : std::optional(Clock::now());
  notify(wake_);
}

std::optional<std::string_view> Lifetime::ended(bool parent_dead) const {
  if (shut_down_) return "Shutdown was called";
  if (signal_seen) return signal_seen == SIGINT ? "SIGINT" : "SIGTERM";
  std::scoped_lock lock(mutex_);
  if (by_hand_ || open_) return std::nullopt;
  if (parent_dead) return "the process that started the provider has ended";
  if (alone_since_ && Clock::now() - *alone_since_ >= grace) return "the client has closed its connection";
  return std::nullopt;
}

int Lifetime::patience() const {
  std::scoped_lock lock(mutex_);
  if (by_hand_ || !alone_since_) return -1;
  auto left = *alone_since_ + grace - Clock::now();
  return std::max(0, static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count()));
}

std::string_view Lifetime::wait() {
  pollfd watched[] = {{wake_, POLLIN, 0}, {parent_, POLLIN, 0}};  // a descriptor of -1 is passed over
  bool parent_dead = false;
  for (;;) {
    if (auto end = ended(parent_dead)) return *end;
    poll(watched, 2, patience());
    if (watched[1].revents) {
      parent_dead = true;
      watched[1].fd = -1;
      watched[1].revents = 0;
    }
    uint64_t count;
    [[maybe_unused]] auto drained = read(wake_, &count, sizeof count);
  }
}

}  // namespace microstack::protocol
