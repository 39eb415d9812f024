#include "tests/support/wire/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

extern char** environ;

namespace microstack::wire {
namespace {

using Clock = std::chrono::steady_clock;

int open_process(pid_t pid) {
  return static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
}

bool readable(int descriptor, Clock::time_point until) {
  auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd watched{descriptor, POLLIN, 0};
  return poll(&watched, 1, left < 0 ? 0 : static_cast<int>(left)) > 0;
}

std::vector<std::string> merged(std::map<std::string, std::string> wanted) {
  std::vector<std::string> result;
  for (char** entry = environ; *entry; ++entry) {
    std::string text = *entry;
    if (!wanted.contains(text.substr(0, text.find('=')))) result.push_back(text);
  }
  for (const auto& [name, value] : wanted)
    if (!value.empty()) result.push_back(name + "=" + value);
  return result;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

}  // namespace

Result<Process> Process::start(const std::vector<std::string>& argv,
                               const std::map<std::string, std::string>& environment) {
  int output[2];
  if (pipe2(output, O_CLOEXEC) != 0) return give_up("cannot make a pipe", strerror(errno));
  Process process;
  process.stdout_ = output[0];
  process.stderr_ = memfd_create("stderr", MFD_CLOEXEC);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, process.stderr_, STDERR_FILENO);
  auto variables = merged(environment);
  int error = posix_spawn(&process.pid_, argv[0].c_str(), &actions, nullptr, pointers(argv).data(),
                          pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  close(output[1]);
  if (error) {
    process.pid_ = -1;
    return give_up("cannot start " + argv[0], strerror(error));
  }
  process.pidfd_ = open_process(process.pid_);
  return process;
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      stdout_(std::exchange(other.stdout_, -1)),
      stderr_(std::exchange(other.stderr_, -1)),
      read_(std::move(other.read_)),
      status_(other.status_) {}

Process::~Process() {
  if (pid_ > 0 && !status_) {
    signal(SIGKILL);
    wait(std::chrono::seconds(10));
  }
  for (int descriptor : {pidfd_, stdout_, stderr_})
    if (descriptor >= 0) close(descriptor);
}

void Process::signal(int number) const {
  if (!status_) kill(pid_, number);
}

Result<std::string> Process::line(std::chrono::milliseconds limit) {
  auto until = Clock::now() + limit;
  for (;;) {
    if (auto end = read_.find('\n'); end != read_.npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    char buffer[4096];
    if (!readable(stdout_, until)) return retry("no line on the program's stdout within the limit", errors());
    ssize_t size = ::read(stdout_, buffer, sizeof buffer);
    if (size <= 0) return give_up("the program closed its stdout without a line", errors());
    read_.append(buffer, static_cast<size_t>(size));
  }
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  if (status_ || !readable(pidfd_, Clock::now() + limit)) return status_;
  int status = 0;
  if (waitpid(pid_, &status, 0) == pid_)
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

std::string Process::errors() const {
  std::string text(static_cast<size_t>(lseek(stderr_, 0, SEEK_CUR)), '\0');
  ssize_t size = pread(stderr_, text.data(), text.size(), 0);
  text.resize(size < 0 ? 0 : static_cast<size_t>(size));
  return text;
}

bool gone(pid_t pid, std::chrono::milliseconds limit) {
  int descriptor = open_process(pid);
  if (descriptor < 0) return errno == ESRCH;
  bool ended = readable(descriptor, Clock::now() + limit);
  close(descriptor);
  return ended;
}

}  // namespace microstack::wire
