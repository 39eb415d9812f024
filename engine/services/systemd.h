// systemd's units on a host. The first question asks for all watched units in one call, which is kept for a moment: a
// round of checks over thirty units costs one process. Later ones ask for what they want to know only: an answer about
// thirty units costs systemd 50 ms, and 250 ms where it has to read their files first.
#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/host/host.h"

namespace microstack {

class Systemd {
 public:
  explicit Systemd(Host& host, std::chrono::milliseconds kept_for = std::chrono::milliseconds(500))
      : host_(host), kept_for_(kept_for) {}

  struct State {
    bool found = false;    // there is such a unit (also when masked)
    bool enabled = false;  // starts at boot, or needs no enabling (static, generated, alias)
    bool masked = false;
    std::string active;  // active, activating, inactive, failed, ...
    std::string result;  // why it failed: exit-code, timeout, ...
    int exit_status = 0;
    bool needs_reload = false;  // links or files of units changed since systemd read them
    bool running() const { return active == "active" || active == "reloading"; }  // it runs while it reloads
  };

  // Belongs to the first question. A name without suffix is a service.
  void watch(const std::string& unit);
  Result<State> state(const std::string& unit, std::stop_token stop = {});
  // The same in the order given, in one call.
  Result<std::vector<State>> states(const std::vector<std::string>& units, std::stop_token stop = {});

  // What happens at boot. These only change links: reload() makes systemd see them, once for all.
  Status enable(const std::vector<std::string>& units, std::stop_token stop = {});
  Status disable(const std::vector<std::string>& units, std::stop_token stop = {});
  Status mask(const std::vector<std::string>& units, std::stop_token stop = {});
  Status unmask(const std::vector<std::string>& units, std::stop_token stop = {});
  Status reload(std::stop_token stop = {});
  // Returns when it is up (for units that tell) or the limit is over; the error carries the end of its log.
  Status start(const std::string& unit, std::chrono::seconds limit, std::stop_token stop = {});
  Status restart(const std::string& unit, std::chrono::seconds limit, std::stop_token stop = {});
  Status reload_or_restart(const std::string& unit, std::chrono::seconds limit, std::stop_token stop = {});
  Status stop(const std::string& unit, std::stop_token stop = {});
  std::string log_end(const std::string& unit, int lines = 8);

 private:
  Result<std::string> systemctl(std::vector<std::string> arguments, std::chrono::milliseconds limit,
                                std::stop_token stop);
  Status link(const std::string& verb, const std::vector<std::string>& units, std::stop_token stop);
  Status change(const std::string& verb, const std::string& unit, std::chrono::seconds limit,
                std::stop_token stop);
  void forget(const std::string& unit);
  Status ask(const std::vector<std::string>& names, std::stop_token stop);  // with mutex_ held

  Host& host_;
  std::chrono::milliseconds kept_for_;
  std::mutex mutex_;
  std::set<std::string> watched_;
  struct Kept {
    State state;
    std::chrono::steady_clock::time_point at;
  };
  std::map<std::string, Kept> kept_;
};

// "nova-api" -> "nova-api.service"; names with a suffix stay.
std::string unit_file_name(const std::string& unit);

}  // namespace microstack
