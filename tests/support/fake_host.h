// A host as a small honest world in memory: files, accounts, packages, systemd units, and programs that can
// be added. It passes the same contract test as real hosts. Unknown programs are exit code 127, as in a
// shell.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/host/host.h"

namespace microstack {

class FakeHost : public Host {
 public:
  struct Unit {
    bool active = false;
    bool enabled = false;
    bool masked = false;
    bool failing = false;  // start makes it `failed`
    int starts = 0;
    int reloads = 0;
    std::vector<std::string> aliases = {};
  };
  using Program = std::function<CommandResult(FakeHost&, const Command&)>;

  explicit FakeHost(std::string name = "fake") : name_(std::move(name)) {
    users = {{"root", {"root"}}, {"nobody", {"nogroup"}}};
    groups = {"root", "nogroup"};
    add_builtin_programs();
  }

  // The world. Look at it and change it freely between calls.
  std::map<std::string, FileContent> files;
  std::map<std::string, std::set<std::string>> users;  // name -> groups, its own among them
  std::set<std::string> groups;
  std::map<std::string, std::set<std::string>> depends;        // what a package brings along
  std::set<std::string> available;                             // packages apt knows; empty: any
  std::map<std::string, std::string> packages;                 // installed -> version
  std::set<std::string> half_configured;                       // by a dpkg that was cut off
  std::set<std::string> unpurged;                              // removed, their configuration is there
  std::map<std::string, Unit> units;                           // without .service
  std::map<std::string, std::set<std::string>> package_units;  // package -> units it brings
  std::vector<std::vector<std::string>> log;                   // argv of every command that was run
  bool reachable = true;

  // The n-th call from now on (1 = the next) fails once with an error of kind retry, before anything is done.
  void fail_call(int n) { fail_at_ = calls_ + n; }
  // ... or is carried out, and its answer is lost.
  void lose_answer_of_call(int n) { lose_at_ = calls_ + n; }
  int calls() const { return calls_; }

  // `name` may be a path as well; a later one replaces an earlier one.
  void program(const std::string& name, Program run) { programs_[name] = std::move(run); }
  // A program that always says this.
  void says(const std::string& name, const std::string& out, int exit_code = 0) {
    program(name, [out, exit_code](FakeHost&, const Command&) { return CommandResult{exit_code, out, {}}; });
  }
  bool ran(const std::vector<std::string>& argv) const {
    return std::find(log.begin(), log.end(), argv) != log.end();
  }
  std::string text(const std::string& path) const { return files.contains(path) ? files.at(path).bytes : ""; }

  // ---- Host
  std::string name() const override { return name_; }

  Result<CommandResult> run(const Command& command, std::stop_token stop = {}) override {
    const std::lock_guard held(mutex_);
    MS_CHECK(call());
    if (command.argv.empty()) return give_up("a command without a program");
    if (stop.stop_requested()) return retry(command.argv[0] + " was not started: stop was asked for");
    if (!command.user.empty() && !users.contains(command.user))
      return ask("no such user: " + command.user, name_);
    if (!command.directory.empty() && command.directory != "/" && !is_folder(command.directory) &&
        !folders_.contains(command.directory))
      return ask("cannot enter the folder " + command.directory, name_);
    log.push_back(command.argv);
    auto program = programs_.find(command.argv[0]);
    if (program == programs_.end())
      program = programs_.find(command.argv[0].substr(command.argv[0].rfind('/') + 1));
    if (program == programs_.end()) return CommandResult{127, {}, command.argv[0] + ": no such program\n"};
    slept_ = {};
    auto given = command;
    if (!command.stdin_file.empty()) {
      std::ifstream file(command.stdin_file, std::ios::binary);
      if (!file) return give_up("cannot open what is to be sent", command.stdin_file);
      given.stdin_text.append(std::istreambuf_iterator<char>(file), {});
    }
    auto result = program->second(*this, given);
    if (slept_ > command.limit) return retry(command.argv[0] + " took too long and was ended", name_);
    if (command.on_line) tell_lines(result.out, command.on_line);
    MS_CHECK(answer());
    return result;
  }

  Result<std::optional<FileContent>> read(const std::string& path) override {
    const std::lock_guard held(mutex_);
    MS_CHECK(call());
    MS_CHECK(check(path));
    MS_CHECK(answer());
    if (const auto file = files.find(path); file != files.end()) return std::optional(file->second);
    if (is_folder(path)) return give_up("is a folder, not a file", name_ + ":" + path);
    return std::optional<FileContent>();
  }

  Status write(const std::string& path, const FileContent& content) override {
    const std::lock_guard held(mutex_);
    MS_CHECK(call());
    MS_CHECK(check(path));
    if (is_folder(path)) return give_up("is a folder, not a file", name_ + ":" + path);
    if (!users.contains(content.owner)) return ask("no such user: " + content.owner, name_);
    if (!groups.contains(content.group)) return ask("no such group: " + content.group, name_);
    for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1))
      if (files.contains(path.substr(0, slash)))
        return give_up("cannot make the folder", path.substr(0, slash));
    files[path] = content;
    return answer();
  }

  Status remove(const std::string& path) override {
    const std::lock_guard held(mutex_);
    MS_CHECK(call());
    MS_CHECK(check(path));
    std::erase_if(files,
                  [&](const auto& file) { return file.first == path || file.first.starts_with(path + "/"); });
    return answer();
  }

  bool is_folder(const std::string& path) const {
    const auto next = files.lower_bound(path + "/");
    return next != files.end() && next->first.starts_with(path + "/");
  }

 private:
  Status call() {
    ++calls_;
    if (!reachable) return retry("the host cannot be reached", name_);
    if (calls_ == fail_at_) return retry(fmt::format("call {} was made to fail", calls_), name_);
    return {};
  }
  Status answer() const {
    if (calls_ == lose_at_) return retry(fmt::format("the answer of call {} was lost", calls_), name_);
    return {};
  }
  Status check(const std::string& path) const {
    if (path.size() < 2 || path[0] != '/' || path.find("/../") != std::string::npos || path.ends_with("/.."))
      return give_up("'" + path + "' is no absolute path of a file", name_);
    return {};
  }
  static void tell_lines(const std::string& text, const std::function<void(std::string_view)>& on_line) {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const auto end = std::min(text.find('\n', begin), text.size());
      on_line(std::string_view(text).substr(begin, end - begin));
      begin = end + 1;
    }
  }
  static CommandResult said(std::string out) { return {0, std::move(out), {}}; }
  static CommandResult refused(int code, std::string err) { return {code, {}, std::move(err)}; }

  // The words of a command line: options apart from the rest.
  struct Words {
    std::vector<std::string> options, rest;
    bool has(const std::string& option) const {
      return std::find(options.begin(), options.end(), option) != options.end();
    }
  };
  static Words words(const Command& command) {
    Words out;
    for (std::size_t i = 1; i < command.argv.size(); ++i)
      (command.argv[i].starts_with("-") ? out.options : out.rest).push_back(command.argv[i]);
    return out;
  }

  void add_builtin_programs() {
    program("true", [](auto&, auto&) { return CommandResult{}; });
    program("false", [](auto&, auto&) { return CommandResult{1, {}, {}}; });
    program("pwd", [](auto&, auto& c) { return said((c.directory.empty() ? "/" : c.directory) + "\n"); });
    program("printf", [](auto&, auto& c) {
      return c.argv.size() == 3 && c.argv[1] == "%s" ? said(c.argv[2]) : refused(2, "only printf %s TEXT\n");
    });
    program("sleep", [](FakeHost& host, auto& c) {
      host.slept_ = std::chrono::milliseconds(static_cast<long>(std::stod(c.argv.at(1)) * 1000));
      return CommandResult{};
    });
    program("env", [](auto&, auto& c) {
      std::string out = "PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLANG=C.UTF-8\nHOME=/root\n";
      for (const auto& [name, value] : c.env) out += name + "=" + value + "\n";
      return said(out);
    });
    program("cat", [](FakeHost& host, auto& c) {
      if (c.argv.size() == 1) return said(c.stdin_text);
      std::string out;
      for (std::size_t i = 1; i < c.argv.size(); ++i) {
        if (!host.files.contains(c.argv[i]))
          return refused(1, "cat: " + c.argv[i] + ": No such file or directory\n");
        out += host.files[c.argv[i]].bytes;
      }
      return said(out);
    });
    program("test", [](FakeHost& host, auto& c) {
      const auto& path = c.argv.at(2);
      const bool holds = c.argv.at(1) == "-d"   ? host.is_folder(path)
                         : c.argv.at(1) == "-f" ? host.files.contains(path)
                                                : host.files.contains(path) || host.is_folder(path);
      return CommandResult{holds ? 0 : 1, {}, {}};
    });
    program("id", [](FakeHost& host, auto& c) { return host.id(c); });
    program("getent", [](FakeHost& host, auto& c) { return host.getent(c); });
    program("usermod", [](FakeHost& host, auto& c) { return host.usermod(c); });
    program("gpasswd", [](FakeHost& host, auto& c) {  // gpasswd -d USER GROUP
      host.users[c.argv.at(2)].erase(c.argv.at(3));
      return CommandResult{};
    });
    program("dpkg-query", [](FakeHost& host, auto& c) { return host.dpkg_query(c); });
    program("dpkg", [](FakeHost& host, auto& c) { return host.dpkg(c); });
    program("apt-mark", [](auto&, auto&) { return CommandResult{}; });
    program("apt-get", [](FakeHost& host, auto& c) { return host.apt_get(c); });
    program("systemctl", [](FakeHost& host, auto& c) { return host.systemctl(c); });
  }

  CommandResult id(const Command& c) {
    const auto w = words(c);
    const auto user = w.rest.empty() ? (c.user.empty() ? "root" : c.user) : w.rest[0];
    if (!users.contains(user)) return refused(1, "id: '" + user + "': no such user\n");
    if (w.has("-un")) return said(user + "\n");
    std::string out;
    for (const auto& group : users[user]) out += (out.empty() ? "" : " ") + group;
    return said(out + "\n");
  }

  CommandResult getent(const Command& c) {
    const auto& name = c.argv.at(2);
    if (c.argv.at(1) == "passwd" && users.contains(name))
      return said(name + ":x:1:1::/nonexistent:/bin/false\n");
    if (c.argv.at(1) == "group" && groups.contains(name)) {
      std::string members;
      for (const auto& [user, of] : users)
        if (of.contains(name)) members += (members.empty() ? "" : ",") + user;
      return said(name + ":x:1:" + members + "\n");
    }
    return CommandResult{2, {}, {}};
  }

  CommandResult usermod(const Command& c) {  // usermod -aG GROUPS USER
    const auto w = words(c);
    if (w.rest.size() != 2) return refused(2, "usermod: usage\n");
    if (!users.contains(w.rest[1])) return refused(6, "usermod: user '" + w.rest[1] + "' does not exist\n");
    for (std::size_t begin = 0; begin <= w.rest[0].size();) {
      const auto end = std::min(w.rest[0].find(',', begin), w.rest[0].size());
      const auto group = w.rest[0].substr(begin, end - begin);
      if (!groups.contains(group)) return refused(6, "usermod: group '" + group + "' does not exist\n");
      users[w.rest[1]].insert(group);
      begin = end + 1;
    }
    return {};
  }

  // dpkg-query -W -f='FORMAT' [package...]: knows ${Package}, ${binary:Package}, ${Version},
  // ${db:Status-Status}, ${db:Status-Abbrev}.
  CommandResult dpkg_query(const Command& c) {
    std::string format = "${Package}\\t${Version}\\n";
    std::vector<std::string> names;
    for (std::size_t i = 1; i < c.argv.size(); ++i) {
      const auto& word = c.argv[i];
      if (word.starts_with("--showformat=")) {
        format = word.substr(13);
      } else if (word == "-f") {
        format = c.argv.at(++i);
      } else if (word.starts_with("-f=")) {
        format = word.substr(3);
      } else if (word.starts_with("-f")) {
        format = word.substr(2);
      } else if (!word.starts_with("-")) {
        names.push_back(word);
      }
    }
    if (names.empty())
      for (const auto& [package, version] : packages) names.push_back(package);
    names.insert(names.end(), unpurged.begin(), unpurged.end());
    CommandResult result;
    for (const auto& package : names) {
      const bool removed = unpurged.contains(package);
      if (!packages.contains(package) && !removed) {
        result.exit_code = 1;
        result.err += "dpkg-query: no packages found matching " + package + "\n";
        continue;
      }
      auto line = format;
      const std::pair<std::string, std::string> values[] = {
          {"${Package}", package},
          {"${binary:Package}", package},
          {"${Version}", removed ? "1.0" : packages[package]},
          {"${db:Status-Abbrev}", removed ? "rc " : "ii "},
          {"${db:Status-Status}", removed ? "config-files" : "installed"},
          {"${Status}", removed ? "deinstall ok config-files" : "install ok installed"},
          {"\\n", "\n"},
          {"\\t", "\t"}};
      for (const auto& [from, to] : values)
        for (auto at = line.find(from); at != std::string::npos; at = line.find(from, at + to.size()))
          line.replace(at, from.size(), to);
      result.out += line;
    }
    return result;
  }

  CommandResult dpkg(const Command& c) {  // dpkg --audit, dpkg --configure -a
    if (words(c).has("--configure")) half_configured.clear();
    std::string out;
    for (const auto& package : half_configured) out += " " + package + "\n";
    return {half_configured.empty() ? 0 : 1, out, {}};
  }

  CommandResult apt_get(const Command& c) {
    auto w = words(c);
    if (!half_configured.empty())
      return refused(
          100,
          "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.\n");
    std::erase_if(w.rest,
                  [](const auto& word) { return word.find("::") != std::string::npos; });  // values of -o
    if (w.rest.empty()) return refused(100, "E: no command\n");
    const auto verb = w.rest.front();
    w.rest.erase(w.rest.begin());
    if (verb == "install") {
      for (const auto& package : w.rest)
        if (!available.empty() && !available.contains(package))
          return refused(100, "E: Unable to locate package " + package + "\n");
      if (w.has("--download-only")) return {};
      std::set<std::string> all(w.rest.begin(), w.rest.end());
      for (const auto& package : w.rest) all.insert(depends[package].begin(), depends[package].end());
      CommandResult result;
      for (const auto& package : all) {
        if (w.has("--simulate")) {
          if (!packages.contains(package)) result.out += "Inst " + package + " (1.0)\n";
          continue;
        }
        packages.emplace(package, "1.0");
        for (const auto& unit : package_units[package]) units.emplace(unit, Unit{});
      }
      return result;
    } else if (w.has("--simulate") && verb == "remove") {
      CommandResult result;
      for (const auto& package : w.rest)
        if (packages.contains(package) || unpurged.contains(package))
          result.out += "Purg " + package + " [1.0]\n";
      for (const auto& [package, needs] : depends)  // what cannot be without it goes, too
        if (packages.contains(package) &&
            std::any_of(w.rest.begin(), w.rest.end(), [&](const auto& gone) { return needs.contains(gone); }))
          result.out += "Purg " + package + " [1.0]\n";
      return result;
    } else if (verb == "autoremove") {  // what no installed package depends on any more
      CommandResult result;
      for (const auto& [_, along] : depends)
        for (const auto& package : along) {
          const bool needed = std::any_of(depends.begin(), depends.end(), [&](const auto& d) {
            return packages.contains(d.first) && d.second.contains(package);
          });
          if (packages.contains(package) && !needed) result.out += "Purg " + package + " [1.0]\n";
        }
      return result;
    } else if (verb == "remove" || verb == "purge") {
      for (const auto& package : w.rest) packages.erase(package), unpurged.erase(package);
    }
    return {};
  }

  Unit* unit(std::string name) {
    if (name.ends_with(".service")) name.resize(name.size() - 8);
    if (const auto found = units.find(name); found != units.end()) return &found->second;
    for (auto& [_, unit] : units)
      if (std::find(unit.aliases.begin(), unit.aliases.end(), name) != unit.aliases.end()) return &unit;
    for (const auto* folder : {"/etc/systemd/system/", "/usr/lib/systemd/system/", "/lib/systemd/system/"})
      if (files.contains(folder + name + ".service")) return &units[name];
    return nullptr;
  }

  static std::string active_state(const Unit& u) {
    return u.active ? "active" : u.failing && u.starts ? "failed" : "inactive";
  }
  static std::string enabled_state(const Unit& u) {
    return u.masked ? "masked" : u.enabled ? "enabled" : "disabled";
  }

  CommandResult start(Unit& u, const std::string& name) {
    if (u.masked)
      return refused(1, "Failed to start " + name + ".service: Unit " + name + ".service is masked.\n");
    ++u.starts;
    u.active = !u.failing;
    return u.active ? CommandResult{} : refused(1, "Job for " + name + ".service failed.\n");
  }

  CommandResult systemctl(const Command& c) {
    auto w = words(c);
    for (std::size_t i = 1; i + 1 < c.argv.size(); ++i)  // the value of -p is a word of its own
      if (c.argv[i] == "-p" || c.argv[i] == "--property")
        if (const auto at = std::find(w.rest.begin(), w.rest.end(), c.argv[i + 1]); at != w.rest.end())
          w.rest.erase(at);
    if (w.rest.empty()) return refused(1, "systemctl: no verb\n");
    const auto verb = w.rest.front();
    if (verb == "daemon-reload" || verb == "reset-failed") return {};
    if (verb == "is-system-running") return said("running\n");
    CommandResult result;
    for (auto name = w.rest.begin() + 1; name != w.rest.end(); ++name) {
      auto* u = unit(*name);
      if (verb == "is-active") {
        result.out += (u ? active_state(*u) : "inactive") + "\n";
        if (!u || !u->active) result.exit_code = 3;
      } else if (verb == "is-enabled") {
        result.out += (u ? enabled_state(*u) : "not-found") + "\n";
        if (!u || !u->enabled || u->masked) result.exit_code = 1;
      } else if (verb == "show") {
        if (!result.out.empty()) result.out += "\n";
        result.out +=
            fmt::format("Id={}\nLoadState={}\nActiveState={}\nSubState={}\nUnitFileState={}\nNRestarts=0\n",
                        name->ends_with(".service") ? *name : *name + ".service",
                        !u          ? "not-found"
                        : u->masked ? "masked"
                                    : "loaded",
                        u ? active_state(*u) : "inactive", u && u->active ? "running" : "dead",
                        u ? enabled_state(*u) : "");
      } else if (verb == "mask") {
        units[name->ends_with(".service") ? name->substr(0, name->size() - 8) : *name].masked = true;
        if (w.has("--now")) unit(*name)->active = false;
      } else if (verb == "unmask") {
        if (u) u->masked = false;
      } else if (!u) {
        return refused(
            5, "Failed to " + verb + " " + *name + ".service: Unit " + *name + ".service not found.\n");
      } else if (verb == "enable" || verb == "disable") {
        if (u->masked && verb == "enable") return refused(1, "Failed to enable unit: Unit file is masked.\n");
        u->enabled = verb == "enable";
        if (w.has("--now")) {
          if (verb == "disable") u->active = false;
          if (verb == "enable")
            if (auto started = start(*u, *name); !started.ok()) return started;
        }
      } else if (verb == "start" || verb == "restart") {
        if (verb == "restart" || !u->active)
          if (auto started = start(*u, *name); !started.ok()) return started;
      } else if (verb == "stop") {
        u->active = false;
      } else if (verb == "try-restart") {
        if (u->active) start(*u, *name);
      } else if (verb.find("reload") != std::string::npos) {
        ++u->reloads;
      } else {
        return refused(1, "Unknown command verb " + verb + ".\n");
      }
    }
    return result;
  }

  std::string name_;
  std::map<std::string, Program> programs_;
  std::set<std::string> folders_ = {"/etc", "/root", "/tmp", "/usr", "/var", "/run", "/var/lib"};
  std::chrono::milliseconds slept_{};
  int calls_ = 0;
  int fail_at_ = 0;
  int lose_at_ = 0;
  std::mutex mutex_;
};

}  // namespace microstack
