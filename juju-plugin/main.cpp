#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "juju-plugin/program.h"

namespace {

int told[2] = {-1, -1};

// Children must not inherit a blocked mask, so a handler writes and a thread reads.
extern "C" void on_signal(int) {
  [[maybe_unused]] const auto written = ::write(told[1], "!", 1);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace microstack;
  static std::stop_source stop;
  if (::pipe2(told, O_CLOEXEC) != 0) return static_cast<int>(Exit::failed);
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  std::signal(SIGPIPE, SIG_IGN);
  // Ends what is under way at its next boundary; asked twice, at once.
  std::thread([] {
    char byte;
    while (::read(told[0], &byte, 1) == 1 || errno == EINTR) {
      if (stop.stop_requested()) ::_exit(130);
      stop.request_stop();
    }
  }).detach();

  plugin::Front front(std::cin, std::cout, std::cerr);
  front.stop = stop.get_token();
  front.out_is_terminal = ::isatty(STDOUT_FILENO);
  front.err_is_terminal = ::isatty(STDERR_FILENO);
  front.in_is_terminal = ::isatty(STDIN_FILENO);
  if (winsize size{}; ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) front.width = size.ws_col;
  const int code = plugin::program(argc, argv, front);
  std::cout << std::flush;
  ::_exit(code);  // not waiting for the thread above
}
