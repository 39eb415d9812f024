#include "engine/steps/traces.h"

#include <algorithm>
#include <sstream>

namespace microstack {
namespace {

// Of a file that programs rewrite; what is larger is no configuration.
constexpr std::size_t kept_bytes = 256 * 1024;

std::string parent(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

bool is_below(const std::string& path, const std::string& folder) {
  return path.starts_with(folder + "/");
}

}  // namespace

Result<std::map<std::string, TracesStep::Found>> TracesStep::look(std::stop_token stop) {
  std::map<std::string, Found> found;
  if (fact_.paths.empty()) return found;
  Command command{{"find"}};
  command.argv.insert(command.argv.end(), fact_.paths.begin(), fact_.paths.end());
  command.argv.insert(command.argv.end(), {"-xdev", "-printf", "%y %m %u:%g %p\\0"});
  MS_TRY(const auto said, host_.run(command, stop));  // fails where one is missing: that one is not found
  std::istringstream lines(said.out);
  for (std::string line; std::getline(lines, line, '\0');) {
    std::istringstream words(line);
    Found one;
    std::string path;
    words >> one.type >> one.mode >> one.owner;
    words.get();
    std::getline(words, path, '\0');
    if (path.starts_with('/')) found[path] = one;
  }
  return found;
}

Result<Truth> TracesStep::check(StepContext&) {
  MS_TRY(const auto record, undo_.find(id()));
  return record ? Truth::yes()
                : Truth::no("what was there before " + fact_.component + " was not written down");
}

Status TracesStep::apply(StepContext& context) {
  MS_TRY(const auto found, look(context.stop));
  Json record = {{"files", Json::object()}, {"units", Json::array()}};
  for (const auto& [path, one] : found) {
    Json entry = {{"type", one.type}, {"mode", one.mode}, {"owner", one.owner}};
    if (one.type == "f" && path.starts_with("/etc/")) {
      MS_TRY(const auto content, host_.read(path));
      if (content && content->bytes.size() <= kept_bytes) entry["content"] = content->bytes;
    }
    record["files"][path] = std::move(entry);
  }
  record["folders"] = Json::array();
  for (const auto& path : fact_.paths)
    for (auto folder = parent(path); !folder.empty(); folder = parent(folder)) {
      MS_TRY(const auto there, host_.run(Command{{"test", "-d", folder}}, context.stop));
      if (there.ok()) break;
      record["folders"].push_back(folder);
    }
  MS_TRY(const auto states, systemd_.states(fact_.units, context.stop));
  for (std::size_t i = 0; i < states.size(); ++i)
    if (states[i].running()) record["units"].push_back(fact_.units[i]);
  record["mounts"] = Json::array();
  for (const auto& mount : fact_.mounts) {
    MS_TRY(const auto mounted, host_.run(Command{{"mountpoint", "-q", mount}}, context.stop));
    if (mounted.ok()) record["mounts"].push_back(mount);
  }
  // Bytes that are no text are of no program's configuration.
  const auto text = record.dump(-1, ' ', false, Json::error_handler_t::replace);
  return undo_.keep(id(), UndoRecord{true, FileContent{text, 0600, "root", "root"}});
}

Status TracesStep::unmount(const Json& before, std::stop_token stop) {
  for (const auto& mount : fact_.mounts) {
    if (std::find(before.begin(), before.end(), mount) != before.end()) continue;
    MS_TRY(const auto mounted, host_.run(Command{{"mountpoint", "-q", mount}}, stop));
    if (!mounted.ok()) continue;
    MS_TRY(const auto inside, run_ok(host_, Command{{"ls", "-A", mount}}, stop));
    if (!inside.empty()) continue;  // somebody's
    MS_TRY([[maybe_unused]] const auto out, run_ok(host_, Command{{"umount", mount}}, stop));
    MS_TRY([[maybe_unused]] const auto left, host_.run(Command{{"rmdir", "--", mount}}, stop));
  }
  return {};
}

Status TracesStep::undo(StepContext& context) {
  MS_TRY(const auto before, undo_.find(id()));
  if (!before) return {};
  const Json record = Json::parse(before->content ? before->content->bytes : "", nullptr, false);
  if (!record.is_object() || !record.contains("files") || !record.contains("units"))
    return give_up("the record of what was there before " + fact_.component + " is damaged", host_.name());
  MS_TRY(const auto states, systemd_.states(fact_.units, context.stop));
  for (std::size_t i = 0; i < states.size(); ++i) {
    const auto& ran = record["units"];
    if (states[i].running() && std::find(ran.begin(), ran.end(), fact_.units[i]) == ran.end())
      MS_CHECK(systemd_.stop(fact_.units[i], context.stop));
  }
  MS_CHECK(unmount(record.value("mounts", Json::array()), context.stop));
  const Json& was = record["files"];
  MS_TRY(const auto found, look(context.stop));
  std::string gone;  // the last folder that was taken away: all below it went along
  for (const auto& [path, one] : found) {
    if (!gone.empty() && is_below(path, gone)) continue;
    if (!was.contains(path)) {
      MS_CHECK(host_.remove(path));
      gone = path;
      continue;
    }
    const Json& then = was[path];
    if (then.contains("content")) {
      MS_TRY(auto content, host_.read(path));
      if (content && content->bytes != then["content"].get<std::string>()) {
        content->bytes = then["content"].get<std::string>();
        MS_CHECK(host_.write(path, *content));
      }
    }
    if (one.type == "l" || (then["mode"] == one.mode && then["owner"] == one.owner)) continue;
    const std::string owner = then["owner"], mode = then["mode"];
    for (const auto& argv : {std::vector<std::string>{"chown", "--", owner, path},
                             std::vector<std::string>{"chmod", "--", mode, path}}) {
      MS_TRY([[maybe_unused]] const auto out, run_ok(host_, Command{argv}, context.stop));
    }
  }
  for (const auto& folder : record.value("folders", Json::array())) {
    Command empty{{"rmdir", "--", folder.get<std::string>()}};  // one that holds others' things stays
    MS_TRY([[maybe_unused]] const auto left, host_.run(empty, context.stop));
  }
  return undo_.forget(id());
}

}  // namespace microstack
