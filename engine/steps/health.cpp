#include "engine/steps/health.h"

#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <thread>

namespace microstack {
namespace {

constexpr std::chrono::milliseconds one_try{3000};
constexpr std::chrono::milliseconds pause{100};

// Empty: it accepted. Otherwise why not.
std::string connect_to(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return "no port in " + address;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int rc =
          getaddrinfo(address.substr(0, colon).c_str(), address.substr(colon + 1).c_str(), &hints, &found))
    return gai_strerror(rc);
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int failed = connect(fd, found->ai_addr, found->ai_addrlen) == 0 ? 0 : errno;
  freeaddrinfo(found);
  if (failed == EINPROGRESS) {
    pollfd waiting{fd, POLLOUT, 0};
    socklen_t size = sizeof failed;
    if (poll(&waiting, 1, one_try.count()) != 1)
      failed = ETIMEDOUT;
    else
      getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size);
  }
  close(fd);
  return failed == 0 ? std::string() : std::strerror(failed);
}

}  // namespace

Json HealthStep::inputs() const {
  if (!fact_.http.empty()) return {{"http", fact_.http}};
  if (!fact_.tcp.empty()) return {{"tcp", fact_.tcp}};
  return {{"run", fact_.run}};
}

Result<Truth> HealthStep::check(StepContext& context) {
  if (!fact_.http.empty()) {
    http::Request request = http::get(fact_.http);
    request.limit = one_try;
    request.idempotent = false;  // the waiting is done here
    const auto answer = client_.send(request, context.stop);
    if (!answer)
      return answer.error().kind == ErrorKind::give_up ? Result<Truth>(answer.error())
                                                       : no(answer.error().what);
    return answer->status < 500 ? Truth::yes()
                                : no(fact_.http + " answers " + std::to_string(answer->status));
  }
  if (!fact_.tcp.empty()) {
    const std::string why = connect_to(fact_.tcp);
    return why.empty() ? Truth::yes() : no(fact_.tcp + ": " + why);
  }
  Command command{fact_.run};
  command.limit = std::chrono::seconds(20);
  const auto answer = host_.run(command, context.stop);
  if (!answer) return answer.error();
  return answer->ok()
             ? Truth::yes()
             : no(answer->err.empty() ? "exit code " + std::to_string(answer->exit_code) : answer->err);
}

Status HealthStep::apply(StepContext& context) {
  const auto end = std::chrono::steady_clock::now() + fact_.limit;
  context.waiting(fact_.title);
  while (true) {
    MS_TRY(const Truth truth, check(context));
    if (truth.holds) break;
    if (context.stop.stop_requested()) return retry("stopped while waiting: " + fact_.title, host_.name());
    if (std::chrono::steady_clock::now() >= end)
      return retry("after " + std::to_string(fact_.limit.count()) + " s still " + truth.difference,
                   host_.name(),
                   "see the services' logs on the node: journalctl --priority=warning --since=-10min");
    std::this_thread::sleep_for(pause);
  }
  context.waiting("");
  return {};
}

}  // namespace microstack
