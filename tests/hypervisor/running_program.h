// The program as a child process, and the folder it lives in.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/plan/event.h"
#include "tests/support/temporary_folder.h"

extern char** environ;

namespace microstack {

constexpr int patience_ms = 20'000;

class RunningProgram {
 public:
  RunningProgram(const std::string& folder, std::vector<std::string> words) {
    int to[2], from[2];
    REQUIRE(::pipe2(to, O_CLOEXEC) == 0);
    REQUIRE(::pipe2(from, O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], 0);
    posix_spawn_file_actions_adddup2(&actions, from[1], 1);
    words.insert(words.begin(), FAKE_HYPERVISOR);
    std::vector<std::string> variables{"MICROSTACK_STATE=" + folder + "/state",
                                       "MICROSTACK_RUN=" + folder + "/run"};
    for (char** variable = environ; *variable; ++variable)
      if (std::string_view(*variable).rfind("MICROSTACK_", 0) != 0) variables.emplace_back(*variable);
    const auto argv = pointers(words), envp = pointers(variables);
    REQUIRE(::posix_spawn(&pid_, FAKE_HYPERVISOR, &actions, nullptr, argv.data(), envp.data()) == 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(to[0]);
    ::close(from[1]);
    in_ = to[1];
    out_ = from[0];
  }
  RunningProgram(const RunningProgram&) = delete;
  ~RunningProgram() {
    close_in();
    close_out();
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      ::waitpid(pid_, nullptr, 0);
    }
  }

  void type(const std::string& text) {
    REQUIRE(::write(in_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  void close_in() {
    if (in_ >= 0) ::close(std::exchange(in_, -1));
  }
  void close_out() {
    if (out_ >= 0) ::close(std::exchange(out_, -1));
  }

  // The next line of stdout; nullopt at its end.
  std::optional<std::string> line() {
    while (true) {
      if (const auto end = text_.find('\n'); end != std::string::npos) {
        auto line = text_.substr(0, end);
        text_.erase(0, end + 1);
        return line;
      }
      pollfd polled{out_, POLLIN, 0};
      if (::poll(&polled, 1, patience_ms) != 1) throw std::runtime_error("the program says nothing");
      char bytes[4096];
      const ssize_t n = ::read(out_, bytes, sizeof bytes);
      if (n <= 0) return std::nullopt;
      text_.append(bytes, static_cast<std::size_t>(n));
    }
  }
  std::string rest() {
    std::string all;
    while (auto next = line()) all += *next + "\n";
    return all;
  }
  // Reads on to the first event of this kind (and step); fails at the end.
  Event until(Event::Kind kind, const std::string& step = {}) {
    while (auto next = line()) {
      auto event = event_from_line(*next);
      INFO(*next);
      REQUIRE(event);
      if (event->kind == kind && (step.empty() || event->step == step)) return *event;
    }
    throw std::runtime_error("the event did not come");
  }
  int wait() {
    int status = 0;
    REQUIRE(::waitpid(pid_, &status, 0) == pid_);
    pid_ = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  void signal(int number) { ::kill(pid_, number); }

 private:
  static std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> all;
    for (auto& word : words) all.push_back(word.data());
    all.push_back(nullptr);
    return all;
  }

  pid_t pid_ = 0;
  int in_ = -1, out_ = -1;
  std::string text_;
};

struct World {
  testing::TemporaryFolder temporary;
  const std::string folder = temporary.path;

  bool has(const std::string& fact) const { return std::filesystem::exists(folder + "/state/world/" + fact); }
  std::string gate(const std::string& name) const {
    const auto path = folder + "/" + name;
    REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    return path;
  }
  // Lets the step that waits there go on; waits for it.
  static void open_gate(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, "!", 1) == 1);
    ::close(fd);
  }
  // The process that carries the run out.
  pid_t worker() const {
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, (folder + "/run/install.sock").c_str(), sizeof address.sun_path - 1);
    REQUIRE(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    ucred peer{};
    socklen_t size = sizeof peer;
    REQUIRE(::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0);
    ::close(fd);
    return peer.pid;
  }
  static Json profile(const Json& components) {
    return {{"cluster", {{"name", "demo"}}},
            {"node", {{"name", "n1"}, {"roles", {"control"}}, {"addresses", {{"management", "10.0.0.2"}}}}},
            {"control", {{"api_address", "10.0.0.1"}, {"members", {"10.0.0.2"}}}},
            {"secrets", {{"nova/db", "hunter2"}}},
            {"components", components}};
  }
};

}  // namespace microstack
