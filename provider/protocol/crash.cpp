#include "provider/protocol/crash.h"

#include <dlfcn.h>
#include <unistd.h>
#include <unwind.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>

namespace microstack::protocol {
namespace {

char socket_to_remove[128];

void say(const char* text) {
  [[maybe_unused]] auto written = write(STDERR_FILENO, text, strlen(text));
}

// glibc's backtrace() would load libgcc_s.so, which need not be there.
_Unwind_Reason_Code say_frame(_Unwind_Context* context, void* depth) {
  if (++*static_cast<int*>(depth) > 40) return _URC_END_OF_STACK;
  auto address = _Unwind_GetIP(context);
  Dl_info info{};
  char line[256];
  if (dladdr(reinterpret_cast<void*>(address), &info) && info.dli_fname)
    snprintf(line, sizeof line, "  %s+0x%zx\n", info.dli_fname,
             static_cast<size_t>(address - reinterpret_cast<uintptr_t>(info.dli_fbase)));
  else
    snprintf(line, sizeof line, "  0x%zx\n", static_cast<size_t>(address));
  say(line);
  return _URC_NO_REASON;
}

[[noreturn]] void crash(const char* reason) {
  say("panic: ");
  say(reason);
  say("\n\nbacktrace:\n");
  int depth = 0;
  _Unwind_Backtrace(say_frame, &depth);
  if (socket_to_remove[0]) unlink(socket_to_remove);
  _exit(2);
}

[[noreturn]] void on_terminate() {
  if (auto current = std::current_exception()) {
    try {
      std::rethrow_exception(current);
    } catch (const std::exception& error) {
      crash(error.what());
    } catch (...) {
      crash("an exception of unknown type");
    }
  }
  crash("std::terminate was called");
}

void on_fault(int number) {
  crash(number == SIGSEGV  ? "signal SIGSEGV: a bad memory reference"
        : number == SIGBUS ? "signal SIGBUS: a bad memory access"
        : number == SIGFPE ? "signal SIGFPE: an arithmetic error"
                           : "signal SIGILL: an illegal instruction");
}

}  // namespace

void install_crash_handlers() {
  std::set_terminate(on_terminate);
  for (int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) {
    struct sigaction present {};
    sigaction(number, nullptr, &present);
    if (present.sa_handler != SIG_DFL) continue;  // a sanitizer's report is better
    struct sigaction action {};
    action.sa_handler = on_fault;
    action.sa_flags = static_cast<int>(SA_RESETHAND);  // a second fault while reporting ends the process
    sigaction(number, &action, nullptr);
  }
}

void remove_at_crash(const std::string& socket) {
  snprintf(socket_to_remove, sizeof socket_to_remove, "%s", socket.c_str());
}

}  // namespace microstack::protocol
