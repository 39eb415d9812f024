#include "hypervisor/install/attach.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/base/duration.h"
#include "engine/base/file.h"
#include "hypervisor/install/run_server.h"

extern char** environ;

namespace microstack {

namespace {

constexpr double start_limit_s = 30;

struct Descriptor {
  int fd = -1;
  Descriptor() = default;
  explicit Descriptor(int fd) : fd(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd(std::exchange(other.fd, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd, other.fd);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (fd >= 0) ::close(std::exchange(fd, -1));
  }
};

// Lines out of chunks.
class Lines {
 public:
  explicit Lines(std::string text = {}) : text_(std::move(text)) {}
  void add(const char* bytes, ssize_t n) { text_.append(bytes, static_cast<std::size_t>(n)); }
  std::optional<std::string> next() {
    const auto end = text_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    auto line = text_.substr(0, end);
    text_.erase(0, end + 1);
    return line;
  }

 private:
  std::string text_;
};

// -1: nobody listens.
Descriptor connect_to_run(const Places& places) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = run_socket(places);
  if (path.size() >= sizeof address.sun_path) return {};
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.fd >= 0 && ::connect(socket.fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    socket.close();
  return socket;
}

bool send_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    // A pipe is no socket: write, with SIGPIPE ignored by Signals.
    const ssize_t n = ::write(fd, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    done += static_cast<std::size_t>(n);
  }
  return true;
}

struct Child {
  Descriptor in, out;  // our ends of its stdin and stdout
};

// This program again as `install --worker`, in a session of its own: it outlives this one and its connection.
Result<Child> spawn_worker() {
  int to[2], from[2];
  if (::pipe2(to, O_CLOEXEC) != 0 || ::pipe2(from, O_CLOEXEC) != 0) return give_up("no pipe for the worker");
  Child child{Descriptor(to[1]), Descriptor(from[0])};
  const Descriptor child_in(to[0]), child_out(from[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, child_in.fd, 0);
  posix_spawn_file_actions_adddup2(&actions, child_out.fd, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  char name[] = "microstack-hypervisor", verb[] = "install", flag[] = "--worker";
  char* argv[] = {name, verb, flag, nullptr};
  pid_t pid = 0;
  const int code = ::posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, argv, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (code != 0) return give_up(fmt::format("cannot start the worker: {}", std::strerror(code)));
  return child;
}

struct Refused {
  Error error;
  Exit exit = Exit::failed;
};

// nullopt: a worker of this request listens now.
std::optional<Refused> start_worker(const InstallRequest& request) {
  auto child = spawn_worker();
  if (!child) return Refused{child.error()};
  if (!send_all(child->in.fd, request.text())) return Refused{give_up("the worker did not take its request")};
  child->in.close();
  Lines lines;
  while (true) {
    if (const auto line = lines.next()) {
      const auto json = Json::parse(*line, nullptr, false);
      if (json.is_object() && json.contains("ready")) return std::nullopt;
      if (json.is_object() && json.contains("error"))
        return Refused{error_from_json(json["error"]), static_cast<Exit>(json.value("exit", 5))};
      return Refused{give_up("the worker said something strange: " + line->substr(0, 200))};
    }
    pollfd polled{child->out.fd, POLLIN, 0};
    if (::poll(&polled, 1, static_cast<int>(start_limit_s * 1000)) == 0)
      return Refused{retry(fmt::format("the worker was not ready within {} s", start_limit_s))};
    char bytes[4096];
    const ssize_t n = ::read(child->out.fd, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return Refused{retry("the worker ended before it was ready", {}, "run it again")};
    lines.add(bytes, n);
  }
}

// Between the run and whoever called us. Returns false when the run ended before it had taken us in.
class Relay {
 public:
  Relay(Front& front, int run, const Signals& signals, std::string& typed)
      : front_(front), run_(run), signals_(signals), typed_(typed) {}

  bool relay(const std::string& fingerprint) {
    if (!send_all(run_, Json{{"fingerprint", fingerprint}}.dump() + "\n")) return false;
    hear_caller(nullptr, 0);
    pollfd polled[3] = {{run_, POLLIN, 0}, {signals_.fd(), POLLIN, 0}, {front_.in, POLLIN, 0}};
    if (::isatty(front_.in)) polled[2].fd = -1;  // a terminal has Ctrl-C
    while (!over_) {
      if (::poll(polled, 3, -1) < 0 && errno != EINTR) break;
      char bytes[65536];
      if (polled[1].revents && ::read(signals_.fd(), bytes, sizeof bytes) > 0) cancel();
      if (polled[2].revents) {
        const ssize_t n = ::read(front_.in, bytes, sizeof bytes);
        if (n > 0)
          hear_caller(bytes, n);
        else
          polled[2].fd = -1;  // the end of stdin is no wish to stop
      }
      if (!polled[0].revents) continue;
      const ssize_t n = ::read(run_, bytes, sizeof bytes);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return lost();
      lines_.add(bytes, n);
      while (const auto line = lines_.next()) hear_run(*line);
    }
    return true;
  }

 private:
  void cancel() { send_all(run_, "{\"cancel\":true}\n"); }

  void hear_caller(const char* bytes, ssize_t n) {
    typed_.append(bytes ? bytes : "", static_cast<std::size_t>(n));
    for (auto end = typed_.find('\n'); end != std::string::npos; end = typed_.find('\n')) {
      if (is_cancel(typed_.substr(0, end))) cancel();
      typed_.erase(0, end + 1);
    }
  }

  void hear_run(const std::string& line) {
    heard_ = true;
    const auto json = Json::parse(line, nullptr, false);
    if (json.is_object() && json.contains("exit")) {
      front_.exit = static_cast<Exit>(json["exit"].get<int>());
      over_ = true;
    } else if (json.is_object() && json.contains("busy")) {
      busy(json["busy"]);
      over_ = true;
    } else if (front_.json()) {
      if (!front_.print(line + "\n")) {  // nobody reads: the run goes on without us
        front_.exit = Exit::failed;
        over_ = true;
      }
    } else if (auto event = event_from_line(line)) {
      front_.show(*event);
    }
  }

  void busy(const Json& busy) {
    auto error = retry(fmt::format("busy: run {}, {} since {}", busy.value("run", ""), busy.value("step", ""),
                                   duration_text(busy.value("since_s", 0.0))),
                       {}, "wait for it, or cancel it where it was started; the same profile attaches to it");
    error.code = "busy";
    front_.fail(error, Exit::locked);
  }

  bool lost() {
    if (!heard_) return false;
    front_.fail(retry("the run was ended from outside", {}, "run it again to go on where it ended"),
                Exit::failed);
    return true;
  }

  Front& front_;
  int run_;
  const Signals& signals_;
  std::string& typed_;
  Lines lines_;
  bool heard_ = false, over_ = false;
};

}  // namespace

void attach(Front& front, const InstallRequest& request, std::string typed) {
  const Signals signals;
  const auto fingerprint = request.fingerprint();
  // A run that is just ending may take the connection and no longer answer: then the next one is ours.
  for (int attempt = 0; attempt < 3; ++attempt) {
    Descriptor run;
    {
      // One front at a time decides whether there is a run to join or one to start.
      const auto deciding = FileLock::take(front.places.run + "/install.front.lock", start_limit_s);
      if (!deciding) return front.fail(deciding.error(), exit_of(deciding.error()));
      run = connect_to_run(front.places);
      if (run.fd < 0) {
        if (const auto refused = start_worker(request)) return front.fail(refused->error, refused->exit);
        run = connect_to_run(front.places);
      }
    }
    if (run.fd >= 0 && Relay(front, run.fd, signals, typed).relay(fingerprint)) return;
  }
  front.fail(retry("the run ended as soon as it had begun", {}, "see " + front.places.run + "/install.log"),
             Exit::failed);
}

Result<std::string> profile_from_stdin(const Front& front, std::string& typed) {
  constexpr std::size_t limit = 16u << 20;
  std::string text;
  char bytes[65536];
  while (true) {
    const ssize_t n = ::read(front.in, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return give_up("cannot read the profile from stdin");
    if (n == 0) return text;
    const auto scanned = text.size();
    text.append(bytes, static_cast<std::size_t>(n));
    if (text.size() > limit) return ask("the profile on stdin is larger than 16 MiB");
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || text[first] != '{') continue;
    for (auto end = text.find('\n', scanned); end != std::string::npos; end = text.find('\n', end + 1)) {
      if (const auto last = text.find_last_not_of(" \t\r\n", end);
          last == std::string::npos || text[last] != '}')
        continue;
      if (!Json::accept(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end))) continue;
      typed = text.substr(end + 1);
      text.resize(end);
      return text;
    }
  }
}

}  // namespace microstack
