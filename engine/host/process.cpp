#include "engine/host/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace microstack {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kKeptStderr = 64 * 1024;
constexpr auto kGrace = std::chrono::seconds(5);

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read, write;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends;
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return retry(fmt::format("no pipe: {}", strerror(errno)));
  // Never one of 0, 1, 2: a program started without them would have its pipes overwritten by the child's
  // dup2.
  for (auto& end : ends) {
    if (end > 2) continue;
    const int moved = ::fcntl(end, F_DUPFD_CLOEXEC, 3);
    ::close(end);
    end = moved;
  }
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

// Writing to a child that does not read raises SIGPIPE; it is held back in this thread and taken away.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec now{0, 0};
    while (::sigtimedwait(&pipe_, nullptr, &now) > 0) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_, before_;
};

std::string find_program(const std::string& name, const std::vector<std::string>& environment) {
  if (name.find('/') != std::string::npos) return ::access(name.c_str(), X_OK) == 0 ? name : "";
  std::string path = kCommandPath;
  for (const auto& entry : environment)
    if (entry.starts_with("PATH=")) path = entry.substr(5);
  std::size_t begin = 0;
  while (begin <= path.size()) {
    const auto end = std::min(path.find(':', begin), path.size());
    const auto candidate = path.substr(begin, end - begin) + "/" + name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    begin = end + 1;
  }
  return {};
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const auto& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

struct ChildFailure {
  int error;
  char stage;  // u(ser), d(irectory), e(xec)
};

// After fork in a program with threads: only async-signal-safe calls from here on.
[[noreturn]] void become(const Process& process, const std::string& program, char* const* argv,
                         char* const* envp, int in, int out, int err, int report) {
  const auto fail = [report](char stage) {
    const ChildFailure failure{errno, stage};
    [[maybe_unused]] const auto written = ::write(report, &failure, sizeof failure);
    ::_exit(127);
  };
  ::setsid();
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(err, 2);
  if (process.user) {
    const auto& user = *process.user;
    if (::setgroups(user.groups.size(), user.groups.data()) != 0 ||
        ::setresgid(user.gid, user.gid, user.gid) != 0 || ::setresuid(user.uid, user.uid, user.uid) != 0)
      fail('u');
  }
  if (::chdir(process.directory.c_str()) != 0) fail('d');
  for (int signal = 1; signal < NSIG; ++signal)
    if (signal != SIGKILL && signal != SIGSTOP) ::signal(signal, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execve(program.c_str(), argv, envp);
  fail('e');
  ::_exit(127);
}

Error child_error(const Process& process, const ChildFailure& failure) {
  switch (failure.stage) {
    case 'u':
      return give_up(
          fmt::format("cannot switch the user for {}: {}", process.argv[0], strerror(failure.error)));
    case 'd':
      return ask(fmt::format("cannot enter the folder {}: {}", process.directory, strerror(failure.error)),
                 process.directory);
    default:
      return give_up(fmt::format("cannot start {}: {}", process.argv[0], strerror(failure.error)));
  }
}

class Lines {
 public:
  explicit Lines(const std::function<void(std::string_view)>& sink) : sink_(sink) {}
  void take(std::string_view bytes) {
    if (!sink_) return;
    rest_.append(bytes);
    std::size_t begin = 0;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
      sink_(std::string_view(rest_).substr(begin, end - begin));
      begin = end + 1;
    }
    rest_.erase(0, begin);
  }
  void finish() {
    if (sink_ && !rest_.empty()) sink_(rest_);
    rest_.clear();
  }

 private:
  const std::function<void(std::string_view)>& sink_;
  std::string rest_;
};

// What the child is given: a text, then a file, of which no more than a buffer is in memory.
class Feed {
 public:
  Feed(std::string_view text, Descriptor file) : rest_(text), file_(std::move(file)) {}
  // What is to be written next; empty at the end.
  Result<std::string_view> next() {
    while (rest_.empty() && file_.get() >= 0) {
      const auto got = ::read(file_.get(), buffer_.data(), buffer_.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return give_up(fmt::format("cannot read what is to be sent: {}", strerror(errno)));
      if (got == 0) file_.close();
      rest_ = {buffer_.data(), static_cast<std::size_t>(got)};
    }
    return rest_;
  }
  void written(std::size_t bytes) { rest_.remove_prefix(bytes); }

 private:
  std::string_view rest_;
  Descriptor file_;
  std::array<char, 65536> buffer_;
};

// Reads what is there. False at the end of the stream.
template <class Take>
bool drain(int fd, Take take) {
  std::array<char, 65536> buffer;
  while (true) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got > 0) {
      take(std::string_view(buffer.data(), static_cast<std::size_t>(got)));
    } else if (got == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
}

void set_nonblocking(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

}  // namespace

std::vector<std::string> minimal_environment(const std::string& home) {
  return {std::string("PATH=") + kCommandPath, "LANG=C.UTF-8", "HOME=" + home};
}

Result<CommandResult> run_process(const Process& process, std::stop_token stop) {
  if (process.argv.empty()) return give_up("a command without a program");
  if (stop.stop_requested())
    return retry(fmt::format("{} was not started: stop was asked for", process.argv[0]));
  const auto program = find_program(process.argv[0], process.environment);
  if (program.empty()) return CommandResult{127, {}, process.argv[0] + ": no such program\n"};

  Descriptor file;
  if (!process.stdin_file.empty()) {
    file = Descriptor(::open(process.stdin_file.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0)
      return give_up(fmt::format("cannot open what is to be sent: {}", strerror(errno)), process.stdin_file);
  }
  Feed feed(process.stdin_text, std::move(file));
  MS_TRY(const auto first, feed.next());
  MS_TRY(auto in, make_pipe());
  MS_TRY(auto out, make_pipe());
  MS_TRY(auto err, make_pipe());
  MS_TRY(auto report, make_pipe());
  const auto argv = pointers(process.argv);
  const auto envp = pointers(process.environment);
  const pid_t child = ::fork();
  if (child < 0) return retry(fmt::format("cannot start {}: {}", process.argv[0], strerror(errno)));
  if (child == 0)
    become(process, program, argv.data(), envp.data(), in.read.get(), out.write.get(), err.write.get(),
           report.write.get());
  in.read.close();
  out.write.close();
  err.write.close();
  report.write.close();

  ChildFailure failure{};
  ssize_t got;
  do got = ::read(report.read.get(), &failure, sizeof failure);
  while (got < 0 && errno == EINTR);
  if (got == sizeof failure) {
    ::waitpid(child, nullptr, 0);
    return child_error(process, failure);
  }

  const WithoutSigpipe quiet;
  const Descriptor ended(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
  const Descriptor woken(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  const std::stop_callback wake(stop, [&woken] { ::eventfd_write(woken.get(), 1); });
  for (const int fd : {in.write.get(), out.read.get(), err.read.get()}) set_nonblocking(fd);

  CommandResult result;
  Lines lines(process.on_line);
  const auto take_out = [&](std::string_view bytes) {
    result.out.append(bytes);
    lines.take(bytes);
  };
  const auto take_err = [&](std::string_view bytes) {
    if (process.on_error_bytes) process.on_error_bytes(bytes);
    result.err.append(bytes);
    if (result.err.size() > 2 * kKeptStderr) result.err.erase(0, result.err.size() - kKeptStderr);
  };
  if (first.empty()) in.write.close();
  std::optional<Error> early;  // why it is being ended
  bool killed = false;
  auto deadline = Clock::now() + process.limit;
  const auto end_early = [&](Error why) {
    early = std::move(why);
    if (process.on_end_early) process.on_end_early();
    ::kill(-child, SIGTERM);
    deadline = Clock::now() + kGrace;
  };

  while (true) {
    std::array<pollfd, 5> polled{{{ended.get(), POLLIN, 0},
                                  {out.read.get(), POLLIN, 0},
                                  {err.read.get(), POLLIN, 0},
                                  {in.write.get(), POLLOUT, 0},
                                  {early ? -1 : woken.get(), POLLIN, 0}}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    const auto ready =
        ::poll(polled.data(), polled.size(), static_cast<int>(std::clamp<long>(left.count(), 0, 1 << 30)));
    if (ready < 0 && errno != EINTR) return give_up(fmt::format("poll: {}", strerror(errno)));
    if (polled[1].revents && !drain(out.read.get(), take_out)) out.read.close();
    if (polled[2].revents && !drain(err.read.get(), take_err)) err.read.close();
    if (polled[3].revents) {
      auto rest = feed.next();
      const auto sent = rest && !rest->empty() ? ::write(in.write.get(), rest->data(), rest->size()) : 0;
      if (sent > 0) {
        feed.written(static_cast<std::size_t>(sent));
        rest = feed.next();
      }
      // A child that does not read is no error; one that would take a file for whole that is not, is ended.
      if (!rest && !early) end_early(rest.error());
      if ((sent < 0 && errno != EAGAIN && errno != EINTR) || !rest || rest->empty()) in.write.close();
    }
    if (polled[0].revents) break;
    if (!early && stop.stop_requested()) {
      end_early(retry(fmt::format("{} was stopped because stop was asked for", process.argv[0])));
    } else if (Clock::now() >= deadline) {
      if (!early) {
        end_early(retry(fmt::format("{} took longer than {} s and was ended", process.argv[0],
                                    std::chrono::duration<double>(process.limit).count())));
      } else if (!killed) {
        ::kill(-child, SIGKILL);
        killed = true;
        deadline = Clock::now() + kGrace;
      } else {
        deadline = Clock::now() + kGrace;  // in uninterruptible sleep: nothing but waiting helps
      }
    }
  }
  if (out.read.get() >= 0) drain(out.read.get(), take_out);
  if (err.read.get() >= 0) drain(err.read.get(), take_err);
  lines.finish();
  if (result.err.size() > kKeptStderr) result.err.erase(0, result.err.size() - kKeptStderr);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (early) {
    ::kill(-child, SIGKILL);  // what ignored TERM in its group
    return *early;
  }
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace microstack
