// What is being told while a plan is carried out: one JSON object a line (contract 7). Readers ignore unknown keys.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack {

struct Event {
  enum class Kind {
    plan,      // total = number of steps
    begin,     // a step starts to apply
    progress,  // done of total (bytes, packages, ...) within a step
    wait,      // a step waits: waiting_for says for what
    end,       // a step is true now
    error,     // a step failed, or the run did
    done,      // the run is over
  };
  Kind kind = Kind::progress;
  std::string run;         // id of the run
  double t = 0;            // seconds since the run began
  std::string step;        // Step::id()
  std::string title;       // Step::title()
  std::string host;        // Host::name()
  std::int64_t done = 0;   // steps or units finished
  std::int64_t total = 0;  // 0 = not known
  double eta_s = -1;       // seconds; < 0 = not known
  std::string waiting_for;
  std::optional<Error> error;
  Json result;  // of a done event: what the command has to say (addresses, facts); no secret
};

using EventSink = std::function<void(const Event&)>;  // called from any thread, one call at a time

std::string to_line(const Event& event);  // without the newline; "v":1 and only the keys that are set
Result<Event> event_from_line(const std::string& line);

Json to_json(const Error& error);
Error error_from_json(const Json& json);

}  // namespace microstack
