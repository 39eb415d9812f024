#include "hypervisor/install/run_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <thread>

#include "engine/base/file.h"
#include "hypervisor/front.h"

namespace microstack {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t longest_line = 65536;  // of what clients send

}  // namespace

std::string run_socket(const Places& places) {
  return places.run + "/install.sock";
}
std::string run_lock(const Places& places) {
  return places.run + "/install.lock";
}

struct RunServer::State {
  struct Client {
    int fd = -1;
    std::string in;
    std::string out;        // begun and not yet taken
    std::size_t next = 0;   // index of the next line to send
    bool attached = false;  // said who it is, and may watch
    bool closing = false;   // closed once `out` is empty
  };
  struct Running {
    std::string title;
    Clock::time_point since;
  };

  std::string socket, run, fingerprint;
  std::function<void()> cancel;
  int listener = -1, record = -1;
  int wake[2] = {-1, -1};
  std::mutex mutex;
  std::vector<std::string> lines;          // every event, each with its newline
  std::map<std::string, Running> running;  // steps
  bool ended = false;
  Clock::time_point deadline;
  std::list<Client> clients;  // only the server's thread touches them
  std::jthread thread;

  void append(std::string line) {
    const std::lock_guard lock(mutex);
    append_locked(std::move(line));
  }
  void append_locked(std::string line) {
    [[maybe_unused]] const auto written = ::write(record, line.data(), line.size());
    lines.push_back(std::move(line));
    [[maybe_unused]] const auto woken = ::write(wake[1], "!", 1);
  }

  void serve() {
    while (true) {
      std::vector<pollfd> polled{{wake[0], POLLIN, 0}, {listener, POLLIN, 0}};
      for (const auto& client : clients)
        polled.push_back({client.fd, static_cast<short>(POLLIN | (pending(client) ? POLLOUT : 0)), 0});
      int limit = -1;
      {
        const std::lock_guard lock(mutex);
        if (ended) {
          const auto left =
              std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
          if (clients.empty() || left <= 0) return;
          limit = static_cast<int>(left);
        }
      }
      if (::poll(polled.data(), polled.size(), limit) < 0 && errno != EINTR) return;
      char bytes[512];
      if (polled[0].revents)
        while (::read(wake[0], bytes, sizeof bytes) > 0) {
        }
      auto events = polled.begin() + 2;
      for (auto client = clients.begin(); client != clients.end(); ++events) {
        const bool open = attend(*client, events->revents);
        if (!open) ::close(client->fd);
        client = open ? std::next(client) : clients.erase(client);
      }
      if (polled[1].revents & POLLIN) accept_one();
      leave_unheard_at_end();
    }
  }

  // Who has read the last line may begin a new run at once, and must not be taken for a client of this one: the socket's
  // name goes before that line is sent. The caller holds the mutex.
  void stop_listening() {
    if (!ended || listener < 0) return;
    ::unlink(socket.c_str());
    ::close(std::exchange(listener, -1));
  }

  // They begin a run of their own when they hear nothing.
  void leave_unheard_at_end() {
    const std::lock_guard lock(mutex);
    stop_listening();
    if (!ended) return;
    clients.remove_if([](const Client& client) {
      if (!client.attached && !client.closing) ::close(client.fd);
      return !client.attached && !client.closing;
    });
  }

  void accept_one() {
    const int fd = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) clients.push_back({.fd = fd});
  }

  bool pending(const Client& client) {
    if (!client.out.empty()) return true;
    const std::lock_guard lock(mutex);
    return client.attached && client.next < lines.size();
  }

  // False: the client is to be closed.
  bool attend(Client& client, int events) {
    if (events & (POLLIN | POLLHUP | POLLERR)) {
      char bytes[4096];
      const ssize_t n = ::read(client.fd, bytes, sizeof bytes);
      if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) return false;
      if (n > 0) client.in.append(bytes, static_cast<std::size_t>(n));
      for (auto end = client.in.find('\n'); end != std::string::npos; end = client.in.find('\n')) {
        hear(client, client.in.substr(0, end));
        client.in.erase(0, end + 1);
      }
      if (client.in.size() > longest_line) return false;
    }
    return send(client);
  }

  void hear(Client& client, const std::string& line) {
    if (client.attached) {
      if (is_cancel(line)) cancel_once();
      return;
    }
    const auto json = Json::parse(line, nullptr, false);
    if (json.is_object() && json.value("fingerprint", Json()) == fingerprint) {
      client.attached = true;
      return;
    }
    client.out = Json{{"busy", busy()}}.dump() + "\n";
    client.closing = true;
  }

  // Told to all, so that a person sees that the wish has arrived and what it waits for.
  void cancel_once() {
    if (!cancel) return;
    std::exchange(cancel, nullptr)();
    append(to_line({.kind = Event::Kind::wait,
                    .run = run,
                    .waiting_for = "the running steps to end, then cancels"}) +
           "\n");
  }

  Json busy() {
    const std::lock_guard lock(mutex);
    Json json{{"run", run}, {"step", "the beginning"}, {"since_s", 0}};
    const Running* oldest = nullptr;
    for (const auto& [id, step] : running)
      if (!oldest || step.since < oldest->since) oldest = &step;
    if (oldest) {
      json["step"] = oldest->title;
      json["since_s"] =
          std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - oldest->since).count();
    }
    return json;
  }

  bool send(Client& client) {
    while (true) {
      if (client.out.empty()) {
        const std::lock_guard lock(mutex);
        stop_listening();
        if (client.closing || (client.attached && ended && client.next == lines.size())) return false;
        if (!client.attached || client.next == lines.size()) return true;
        client.out = lines[client.next++];
      }
      const ssize_t n = ::send(client.fd, client.out.data(), client.out.size(), MSG_NOSIGNAL);
      if (n < 0) return errno == EAGAIN || errno == EINTR;
      client.out.erase(0, static_cast<std::size_t>(n));
    }
  }
};

RunServer::RunServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<RunServer>> RunServer::start(const Places& places, std::string run,
                                                    std::string fingerprint, std::function<void()> cancel) {
  auto state = std::make_unique<State>();
  state->socket = run_socket(places);
  state->run = std::move(run);
  state->fingerprint = std::move(fingerprint);
  state->cancel = std::move(cancel);
  const auto failed = [&](const char* what) {
    return give_up(fmt::format("{}: {}", what, std::strerror(errno)), state->socket);
  };
  MS_CHECK(make_folders(places.run));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (state->socket.size() >= sizeof address.sun_path)
    return ask("the path of the socket is too long", state->socket, "set MICROSTACK_RUN");
  std::memcpy(address.sun_path, state->socket.c_str(), state->socket.size() + 1);
  if (::pipe2(state->wake, O_CLOEXEC | O_NONBLOCK) != 0) return failed("no pipe");
  state->record =
      ::open((places.run + "/install.jsonl").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (state->record < 0) return failed("cannot write the record of the run");
  state->listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (state->listener < 0) return failed("no socket");
  ::unlink(state->socket.c_str());  // of a run that was killed; the caller holds the lock
  const auto mask = ::umask(0177);
  const bool bound = ::bind(state->listener, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::umask(mask);
  if (!bound || ::listen(state->listener, 16) != 0) return failed("cannot listen");
  state->thread = std::jthread([raw = state.get()] { raw->serve(); });
  return std::unique_ptr<RunServer>(new RunServer(std::move(state)));
}

void RunServer::tell(const Event& event) {
  {
    const std::lock_guard lock(state_->mutex);
    if (event.kind == Event::Kind::begin) state_->running[event.step] = {event.title, Clock::now()};
    if (event.kind == Event::Kind::end || event.kind == Event::Kind::error) state_->running.erase(event.step);
  }
  state_->append(to_line(event) + "\n");
}

void RunServer::end(int exit, std::chrono::milliseconds limit) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->deadline = Clock::now() + limit;
    state_->append_locked(Json{{"exit", exit}}.dump() + "\n");
  }
  state_->thread.join();
}

RunServer::~RunServer() {
  if (state_->thread.joinable()) end(static_cast<int>(Exit::failed), std::chrono::milliseconds(0));
  for (const auto& client : state_->clients) ::close(client.fd);
  for (const int fd : {state_->listener, state_->record, state_->wake[0], state_->wake[1]})
    if (fd >= 0) ::close(fd);
}

}  // namespace microstack
