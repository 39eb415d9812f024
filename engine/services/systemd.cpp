#include "engine/services/systemd.h"

#include <array>
#include <sstream>
#include <string_view>

namespace microstack {
namespace {

constexpr std::array<std::string_view, 8> suffixes = {".service", ".socket", ".target", ".timer",
                                                      ".mount",   ".path",   ".slice",  ".device"};

Systemd::State read_state(const std::map<std::string, std::string>& properties) {
  const auto at = [&](const char* key) {
    const auto found = properties.find(key);
    return found == properties.end() ? std::string() : found->second;
  };
  Systemd::State state;
  const std::string load = at("LoadState"), file = at("UnitFileState");
  state.masked = load == "masked" || file == "masked";
  state.found = load == "loaded" || state.masked;
  state.enabled =
      file == "enabled" || file == "static" || file == "generated" || file == "indirect" || file == "alias";
  state.active = at("ActiveState");
  state.result = at("Result");
  state.exit_status = std::atoi(at("ExecMainStatus").c_str());
  state.needs_reload = at("NeedDaemonReload") == "yes";
  return state;
}

}  // namespace

std::string unit_file_name(const std::string& unit) {
  for (const std::string_view suffix : suffixes)
    if (unit.ends_with(suffix)) return unit;
  return unit + ".service";
}

void Systemd::watch(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  watched_.insert(unit_file_name(unit));
}

Result<Systemd::State> Systemd::state(const std::string& unit, std::stop_token stop) {
  MS_TRY(const auto all, states({unit}, stop));
  return all.front();
}

Result<std::vector<Systemd::State>> Systemd::states(const std::vector<std::string>& units,
                                                    std::stop_token stop) {
  std::vector<std::string> names;
  for (const std::string& unit : units) names.push_back(unit_file_name(unit));
  const std::lock_guard lock(mutex_);  // held while asking: who comes at the same time shares the answer
  watched_.insert(names.begin(), names.end());
  const auto now = std::chrono::steady_clock::now();
  std::vector<std::string> wanted;
  for (const std::string& name : names)
    if (const auto kept = kept_.find(name); kept == kept_.end() || now - kept->second.at >= kept_for_)
      wanted.push_back(name);
  if (!wanted.empty()) {
    if (kept_.empty()) wanted.assign(watched_.begin(), watched_.end());
    MS_CHECK(ask(wanted, stop));
  }
  std::vector<State> states;
  for (const std::string& name : names) states.push_back(kept_[name].state);
  return states;
}

Status Systemd::ask(const std::vector<std::string>& names, std::stop_token stop) {
  Command show{{"systemctl", "show",
                "--property=LoadState,ActiveState,UnitFileState,Result,ExecMainStatus,NeedDaemonReload",
                "--"}};
  show.argv.insert(show.argv.end(), names.begin(), names.end());
  MS_TRY(const std::string text, run_ok(host_, show, stop));

  // One block of KEY=VALUE lines per unit, in the order asked, an empty line between blocks.
  std::vector<std::map<std::string, std::string>> blocks(1);
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) {
      blocks.emplace_back();
    } else if (const auto equals = line.find('='); equals != std::string::npos) {
      blocks.back()[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  if (blocks.back().empty()) blocks.pop_back();
  if (blocks.size() != names.size())
    return give_up("systemctl show told of " + std::to_string(blocks.size()) + " units instead of " +
                       std::to_string(names.size()),
                   host_.name());
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < names.size(); ++i) kept_[names[i]] = {read_state(blocks[i]), now};
  return {};
}

void Systemd::forget(const std::string& unit) {
  const std::lock_guard lock(mutex_);
  kept_.erase(unit_file_name(unit));
}

Result<std::string> Systemd::systemctl(std::vector<std::string> arguments, std::chrono::milliseconds limit,
                                       std::stop_token stop) {
  Command command{{"systemctl", "--quiet"}};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.limit = limit;
  command.env["SYSTEMCTL_SKIP_SYSV"] =
      "1";  // else a Perl script runs for each unit that has an init script, too
  return run_ok(host_, command, stop);
}

Status Systemd::link(const std::string& verb, const std::vector<std::string>& units, std::stop_token stop) {
  if (units.empty()) return {};
  std::vector<std::string> arguments = {verb, "--no-reload"};
  for (const std::string& unit : units) arguments.push_back(unit_file_name(unit));
  const auto done = systemctl(std::move(arguments), std::chrono::seconds(60), stop);
  for (const std::string& unit : units) forget(unit);
  return done ? Status() : Status(done.error());
}

Status Systemd::enable(const std::vector<std::string>& units, std::stop_token stop) {
  return link("enable", units, stop);
}
Status Systemd::disable(const std::vector<std::string>& units, std::stop_token stop) {
  return link("disable", units, stop);
}
Status Systemd::mask(const std::vector<std::string>& units, std::stop_token stop) {
  return link("mask", units, stop);
}
Status Systemd::unmask(const std::vector<std::string>& units, std::stop_token stop) {
  return link("unmask", units, stop);
}

Status Systemd::change(const std::string& verb, const std::string& unit, std::chrono::seconds limit,
                       std::stop_token stop) {
  const auto done = systemctl({verb, unit_file_name(unit)}, limit, stop);
  forget(unit);
  if (done) return {};
  Error error = done.error();
  const std::string log = log_end(unit);
  Error failed{error.kind,
               verb + " of unit " + unit + " failed",
               host_.name() + ": " + unit,
               "see 'journalctl -u " + unit + "' on the node",
               {},
               {}};
  if (!log.empty()) failed.causes.push_back(give_up("the end of its log:\n" + log));
  return std::move(failed).because(std::move(error));
}

Status Systemd::start(const std::string& unit, std::chrono::seconds limit, std::stop_token stop) {
  return change("start", unit, limit, stop);
}
Status Systemd::restart(const std::string& unit, std::chrono::seconds limit, std::stop_token stop) {
  return change("restart", unit, limit, stop);
}
Status Systemd::reload_or_restart(const std::string& unit, std::chrono::seconds limit, std::stop_token stop) {
  return change("reload-or-restart", unit, limit, stop);
}
Status Systemd::stop(const std::string& unit, std::stop_token stop) {
  return change("stop", unit, std::chrono::seconds(120), stop);
}

Status Systemd::reload(std::stop_token stop) {
  const auto done = systemctl({"daemon-reload"}, std::chrono::seconds(120), stop);
  const std::lock_guard lock(mutex_);
  kept_.clear();
  return done ? Status() : Status(done.error());
}

std::string Systemd::log_end(const std::string& unit, int lines) {
  const auto log = host_.run(Command{{"journalctl", "--no-pager", "--output=cat",
                                      "--lines=" + std::to_string(lines), "--unit=" + unit_file_name(unit)}});
  return log && log->ok() ? log->out : std::string();
}

}  // namespace microstack
