#include "juju-plugin/answers.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace microstack::plugin {
namespace {

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

bool ready(int fd, short events, std::chrono::steady_clock::time_point until) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  pollfd one{fd, events, 0};
  return left.count() > 0 && ::poll(&one, 1, static_cast<int>(left.count())) == 1;
}

}  // namespace

bool ssh_greets(const std::string& address, int port, std::chrono::milliseconds limit) {
  const auto until = std::chrono::steady_clock::now() + limit;
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::inet_pton(AF_INET, address.c_str(), &target.sin_addr) != 1) return false;
  const Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.fd() < 0) return false;
  ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&target), sizeof target);
  if (!ready(socket.fd(), POLLOUT, until)) return false;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return false;
  if (!ready(socket.fd(), POLLIN, until)) return false;
  char greeting[4];
  return ::recv(socket.fd(), greeting, sizeof greeting, 0) == 4 && std::string(greeting, 4) == "SSH-";
}

}  // namespace microstack::plugin
