// A run that can be watched: keeps all its events and streams them to everybody who attaches, from the first
// on. It never waits for a reader, and goes on without any.
//
// Protocol on run/install.sock, JSON lines. A client begins with {"fingerprint":"..."} and may send
// {"cancel":true} later. The run answers with its events and, last, {"exit":N}; to another fingerprint with
// one {"busy":{"run","step", "since_s"}}. The end of the stream without an exit line means that the run was
// killed.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>

#include "engine/base/places.h"
#include "engine/base/result.h"
#include "engine/plan/event.h"

namespace microstack {

std::string run_socket(const Places& places);
std::string run_lock(const Places& places);

class RunServer {
 public:
  // Listens when this returns. `cancel` is called for the first {"cancel":true}. Every line goes to
  // run/install.jsonl too.
  static Result<std::unique_ptr<RunServer>> start(const Places& places, std::string run,
                                                  std::string fingerprint, std::function<void()> cancel);
  ~RunServer();

  void tell(const Event& event);  // from any thread
  // The last line: stops listening, and gives readers at most `limit` to take what they have not yet.
  void end(int exit, std::chrono::milliseconds limit = std::chrono::seconds(5));

 private:
  struct State;
  explicit RunServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace microstack
