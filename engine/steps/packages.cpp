#include "engine/steps/packages.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <sstream>

namespace microstack {
namespace {

std::string record_of(const std::string& package) {
  return "package:" + package;
}
// While packages are installed nothing is started: a service starts when its configuration is there. What runs may read
// its own again: polkit can be reached only once dbus has heard of polkit's new account.
constexpr const char* start_policy = "/usr/sbin/policy-rc.d";
constexpr const char* start_nothing =
    "#!/bin/sh\n# MicroStack is installing packages\ncase \"$*\" in *reload*) exit 0 ;; esac\nexit 101\n";
constexpr std::chrono::minutes install_limit{30};
// Names of what came along with ours, for undo: apt itself keeps all that anything left suggests.
constexpr const char* along_record = "packages-along";

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    if (!line.empty()) lines.push_back(line);
  return lines;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

const std::map<std::string, std::string> quiet = {{"DEBIAN_FRONTEND", "noninteractive"},
                                                  {"DEBCONF_NONINTERACTIVE_SEEN", "true"}};

// "E: Unable to locate package nova-apy" -> nova-apy
std::vector<std::string> not_to_be_had(const std::string& err) {
  std::vector<std::string> names;
  for (const std::string& line : lines(err))
    for (const char* start : {"E: Unable to locate package ", "E: Package '"})
      if (line.starts_with(start)) {
        const std::string rest = line.substr(std::string(start).size());
        names.push_back(rest.substr(0, rest.find_first_of("' ")));
      }
  return names;
}

}  // namespace

Json PackagesStep::inputs() const {
  Json inputs = {{"names", names_}};
  if (!source_.mirror.empty()) inputs["mirror"] = source_.mirror;
  if (!source_.proxy.empty()) inputs["proxy"] = source_.proxy;
  return inputs;
}

Result<std::set<std::string>> PackagesStep::installed(StepContext& context) {
  MS_TRY(const auto states, this->states(context));
  std::set<std::string> installed;
  for (const auto& [name, state] : states)
    if (state == "installed") installed.insert(name);
  return installed;
}

Result<std::map<std::string, std::string>> PackagesStep::states(StepContext& context) {
  Command query{{"dpkg-query", "--show", "--showformat=${db:Status-Status} ${Package}\\n"}};
  MS_TRY(const auto result, host_.run(query, context.stop));
  if (!result.ok() && result.out.empty()) {
    const std::string err = result.err;
    return ask("dpkg cannot be asked: " + err, host_.name(),
               "the node must run a Debian release that carries OpenStack");
  }
  std::map<std::string, std::string> states;
  for (const std::string& line : lines(result.out)) {
    const auto space = line.find(' ');
    if (space == std::string::npos || line.starts_with("not-installed ")) continue;
    auto& state = states[line.substr(space + 1)];  // of several architectures: one that is installed counts
    if (state != "installed") state = line.substr(0, space);
  }
  return states;
}

Result<std::vector<std::string>> PackagesStep::missing(StepContext& context) {
  MS_TRY(const auto installed, this->installed(context));
  std::vector<std::string> missing;
  for (const std::string& name : names_)
    if (!installed.contains(name)) missing.push_back(name);
  return missing;
}

Result<std::set<std::string>> PackagesStep::simulated(std::vector<std::string> arguments,
                                                      StepContext& context) {
  arguments.insert(arguments.begin(), "--simulate");
  MS_TRY(const auto result, host_.run(Command{apt(std::move(arguments)), {}, quiet}, context.stop));
  std::set<std::string> names;
  if (!result.ok()) return retry("apt-get cannot say what it would do: " + result.err, host_.name());
  for (const std::string& line : lines(result.out)) {
    const auto end = line.find(' ', 5);
    const bool newer =
        line.starts_with("Inst ") && line.find(" [") == end;  // "Inst NAME [HAS] (GETS ...": is there
    if (end != std::string::npos && !newer &&
        (line.starts_with("Inst ") || line.starts_with("Remv ") || line.starts_with("Purg ")))
      names.insert(line.substr(5, end - 5));
  }
  return names;
}

Status PackagesStep::keep_along(const std::set<std::string>& brought) {
  MS_TRY(const auto before, undo_.find(along_record));
  std::set<std::string> all = brought;
  if (before && before->content)
    for (const std::string& name : lines(before->content->bytes)) all.insert(name);
  std::string text;
  for (const std::string& name : all) text += name + "\n";
  return undo_.replace(along_record, UndoRecord{true, FileContent{text, 0600, "root", "root"}});
}

// All that came with ours; where that would take something else along, what nobody needs any more. apt by itself keeps also
// what anything left suggests, or could need instead of another.
Status PackagesStep::remove_along(StepContext& context) {
  MS_TRY(const auto record, undo_.find(along_record));
  if (!record || !record->content) return {};
  const std::vector<std::string> names = lines(record->content->bytes);
  MS_TRY(const auto there, states(context));
  std::set<std::string> brought;  // apt refuses names that no source has any more
  for (const std::string& name : names)
    if (there.contains(name)) brought.insert(name);
  MS_TRY(const auto manual, host_.run(Command{{"apt-mark", "showmanual"}}, context.stop));
  for (const std::string& name : lines(manual.out)) brought.erase(name);  // somebody wants it by now
  const auto idle = simulated({"--purge", "-o", "APT::AutoRemove::RecommendsImportant=false", "-o",
                               "APT::AutoRemove::SuggestsImportant=false", "autoremove"},
                              context);
  std::set<std::string> needless;
  if (idle)
    std::set_intersection(idle->begin(), idle->end(), brought.begin(), brought.end(),
                          std::inserter(needless, needless.end()));
  for (const auto& some : {brought, needless}) {
    std::vector<std::string> remove = {"--purge", "remove", "--"};
    remove.insert(remove.end(), some.begin(), some.end());
    const auto going = simulated(remove, context);
    if (!going || going->empty() || !std::includes(some.begin(), some.end(), going->begin(), going->end()))
      continue;
    MS_TRY([[maybe_unused]] const auto out,
           run_ok(host_, Command{apt(remove), {}, quiet, {}, {}, install_limit}, context.stop));
    break;
  }
  return undo_.forget(along_record);
}

Result<Truth> PackagesStep::check(StepContext& context) {
  if (names_.empty()) return Truth::yes();
  MS_TRY(const auto policy, host_.read(start_policy));
  if (policy && policy->bytes == start_nothing)
    return Truth::no("the installation of packages was interrupted");
  MS_TRY(const auto missing, this->missing(context));
  if (missing.empty()) return Truth::yes();
  return Truth::no((missing.size() == 1 ? "package not installed: " : "packages not installed: ") +
                   joined(missing));
}

// apt refuses everything where dpkg was cut off in the middle, as by a power cut while we installed.
Status PackagesStep::finish_interrupted(StepContext& context) {
  MS_TRY(const auto audit, host_.run(Command{{"dpkg", "--audit"}}, context.stop));
  if (audit.ok() && audit.out.empty()) return {};
  context.waiting("packages whose installation was cut off");
  const auto finish = [&](std::vector<std::string> argv) {
    return run_ok(host_, Command{std::move(argv), {}, quiet, {}, {}, install_limit}, context.stop);
  };
  // What needs another one that is not unpacked yet is apt's part.
  (void)finish({"dpkg", "--force-confdef", "--force-confold", "--configure", "-a"});
  const auto done = finish(apt({"--fix-broken", "--no-install-recommends", "install"}));
  context.waiting("");
  return done ? Status() : Status(doing("finishing an installation that was cut off", done.error()));
}

std::vector<std::string> PackagesStep::apt(std::vector<std::string> arguments) const {
  std::vector<std::string> argv = {"apt-get",
                                   "--yes",
                                   "--quiet",
                                   "-o",
                                   "Dpkg::Options::=--force-confdef",
                                   "-o",
                                   "Dpkg::Options::=--force-confold",
                                   "-o",
                                   "Dpkg::Use-Pty=0",
                                   "-o",
                                   "DPkg::Lock::Timeout=300"};
  if (!source_.proxy.empty()) argv.insert(argv.end(), {"-o", "Acquire::http::Proxy=" + source_.proxy});
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return argv;
}

Status PackagesStep::write_source() {
  if (source_.mirror.empty()) return {};
  MS_TRY(const auto release, host_.read("/etc/os-release"));
  std::string codename = "trixie";
  if (release)
    for (const std::string& line : lines(release->bytes))
      if (line.starts_with("VERSION_CODENAME=")) codename = line.substr(17);
  std::string text = "Types: deb\nURIs: " + source_.mirror + "\nSuites: " + codename + "\nComponents: main\n";
  text += "Signed-By: " +
          (source_.keyring.empty() ? "/usr/share/keyrings/debian-archive-keyring.gpg" : source_.keyring) +
          "\n";
  return host_.write("/etc/apt/sources.list.d/microstack.sources", FileContent{text});
}

Status PackagesStep::allow_starting() {
  MS_TRY(const auto policy, host_.read(start_policy));
  return policy && policy->bytes == start_nothing ? host_.remove(start_policy) : Status();
}

Status PackagesStep::apply(StepContext& context) {
  MS_TRY(const auto missing, this->missing(context));
  if (missing.empty()) return allow_starting();
  for (const std::string& name : missing) MS_CHECK(undo_.keep(record_of(name), UndoRecord{}));
  MS_CHECK(write_source());
  MS_CHECK(finish_interrupted(context));

  context.waiting("the package lists");
  MS_TRY(const auto update,
         host_.run(Command{apt({"update"}), {}, quiet, {}, {}, install_limit}, context.stop));
  context.waiting("");
  if (!update.ok())
    return retry("the package lists cannot be had: " + update.err, host_.name(),
                 "check the node's name resolution and the way to its package mirror (packages.mirror, "
                 "packages.proxy)");

  std::vector<std::string> install = {"--no-install-recommends", "install", "--"};
  install.insert(install.end(), missing.begin(), missing.end());
  if (const auto brought = simulated(install, context))  // else the call that is not simulated says why
    MS_CHECK(keep_along(*brought));
  MS_TRY(const auto policy, host_.read(start_policy));
  if (!policy) MS_CHECK(host_.write(start_policy, FileContent{start_nothing, 0755, "root", "root"}));
  Command command{apt(install), {}, quiet, {}, {}, install_limit};
  std::int64_t done = 0;
  command.on_line = [&](std::string_view line) {
    if (line.starts_with("Setting up ")) context.progress(++done, 0, std::string(line.substr(11)));
  };
  const auto result = host_.run(command, context.stop);
  MS_CHECK(allow_starting());
  if (!result) return result.error();
  if (result->ok()) return {};
  const std::vector<std::string> absent = not_to_be_had(result->err);
  if (!absent.empty())
    return ask(
        "no package source of this node has " + joined(absent), host_.name(),
        "the release needs Debian 13 with main enabled; or set packages.mirror to a mirror that has it");
  return retry("apt-get install failed: " + result->err, host_.name(),
               "run 'dpkg --configure -a' and 'apt-get -f install' on the node, then apply again");
}

Status PackagesStep::undo(StepContext& context) {
  std::vector<std::string> ours;
  for (const std::string& name : names_) {
    MS_TRY(const auto before, undo_.find(record_of(name)));
    if (before) ours.push_back(name);
  }
  if (!ours.empty()) MS_CHECK(finish_interrupted(context));
  MS_CHECK(allow_starting());
  if (ours.empty()) return {};
  // One that was removed when a removal was cut off, and not purged, is still there with its configuration.
  MS_TRY(const auto there, states(context));
  std::vector<std::string> remove = {"--purge", "--auto-remove", "remove", "--"};
  for (const std::string& name : ours)
    if (there.contains(name)) remove.push_back(name);
  if (remove.size() > 4) {
    MS_TRY([[maybe_unused]] const auto out,
           run_ok(host_, Command{apt(remove), {}, quiet, {}, {}, install_limit}, context.stop));
  }
  MS_CHECK(remove_along(context));
  MS_CHECK(host_.remove("/etc/apt/sources.list.d/microstack.sources"));
  for (const std::string& name : ours) MS_CHECK(undo_.forget(record_of(name)));
  return {};
}

}  // namespace microstack
