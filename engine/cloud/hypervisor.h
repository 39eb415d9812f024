// microstack-hypervisor on some host: a verb with JSON on stdin, its events as they come, its answer at the
// end.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/host/host.h"
#include "engine/plan/event.h"

namespace microstack {

// What a caller wants to hear of a run, and when it is to end.
struct Watch {
  std::stop_token stop = {};
  std::function<void(const Event&)> event = [](const Event&) {};
  std::chrono::milliseconds limit = std::chrono::minutes(30);
};

class Hypervisor {
 public:
  Hypervisor(Host& host, std::string program, std::map<std::string, std::string> environment = {})
      : host_(host), program_(std::move(program)), environment_(std::move(environment)) {}

  // The answer: `result` of the done event, or the verb's only line. Errors are those of the run's error
  // event. Exit code 3 ("something differs") is an answer.
  Result<Json> run(const std::vector<std::string>& verb, const std::string& stdin_text, const Watch& watch);

  const std::string& program() const { return program_; }

 private:
  Host& host_;
  std::string program_;
  std::map<std::string, std::string> environment_;
};

// The file that stands beside this program (MICROSTACK_HYPERVISOR names another one). Error: where it was
// looked for.
Result<std::string> hypervisor_beside_this_program();

// Brings the program to a node, once per content, and says where it is there.
Result<std::string> carry_hypervisor(Host& node, const std::string& program);

}  // namespace microstack
