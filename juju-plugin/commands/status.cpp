#include <fmt/format.h>

#include <chrono>
#include <condition_variable>
#include <ostream>

#include "juju-plugin/format/status_view.h"
#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

using namespace std::chrono_literals;

Exit exit_of_state(const std::string& state) {
  if (state == "active") return Exit::ok;
  return state == "blocked" || state == "down" ? Exit::blocked : Exit::pending;
}

// Sleeps; false when told to stop.
bool pause(std::chrono::seconds time, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

Status run_status(Front& front, const Arguments& arguments) {
  const auto format = arguments.text("--format", "table");
  MS_TRY(const int every, arguments.number("--watch", 5));
  const bool screen = arguments.has("--watch") && front.out_is_terminal && format == "table";
  do {
    MS_TRY(Cluster * cluster, front.cluster());
    const auto status = cluster->status(front.watch(60s));
    front.exit = exit_of_state(status.state);
    if (screen) front.out << "\033[H\033[2J";
    front.answer(format, to_json(status), sections_of(status));
    if (arguments.has("--watch")) front.forget_cluster();  // the next look is a new one
  } while (arguments.has("--watch") && pause(std::chrono::seconds(every), front.stop));
  return {};
}

}  // namespace

Verb status_verb() {
  return {"status",
          "One screen of the cloud: services, nodes, how they are, what is in the way and why",
          "Ends with 0 when everything is as it should be, 3 when something differs or is waited for, 4 when "
          "something is blocked or down.",
          {format_parameter(),
           {Parameter::Kind::option,
            "--watch",
            "look again every so many seconds, until Ctrl-C; 5 when not given",
            false,
            {},
            {},
            true}},
          run_status};
}

}  // namespace microstack::plugin
