#include "engine/cloud/hypervisor.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/host/carried.h"

namespace microstack {

Result<Json> Hypervisor::run(const std::vector<std::string>& verb, const std::string& stdin_text,
                             const Watch& watch) {
  Json answer;
  std::optional<Error> failure;
  Command command;
  command.argv = {program_};
  command.argv.insert(command.argv.end(), verb.begin(), verb.end());
  command.stdin_text = stdin_text;
  command.env = environment_;
  command.limit = watch.limit;
  command.on_line = [&](std::string_view line) {
    auto json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return;
    if (!json.contains("kind")) {  // status and deployment answer with one object of their own
      answer = std::move(json);
      return;
    }
    auto event = event_from_line(std::string(line));
    if (!event) return;
    if (event->kind == Event::Kind::done) answer = event->result;
    if (event->error && event->step.empty())
      failure = event->error;  // the run's own; a step's is a cause of it
    watch.event(*event);
  };
  const std::string name = "microstack-hypervisor " + verb.front() + (verb.size() > 1 ? " " + verb[1] : "");
  auto ran = host_.run(command, watch.stop);
  if (!ran) return doing("running " + name + " on " + host_.name(), std::move(ran).error());
  if (ran->ok() || ran->exit_code == 3) return answer;
  if (failure) return *failure;
  const auto tail = ran->err.size() > 2000 ? ran->err.substr(ran->err.size() - 2000) : ran->err;
  return give_up(name + " ended with " + std::to_string(ran->exit_code) + (tail.empty() ? "" : ": " + tail),
                 host_.name());
}

Result<std::string> hypervisor_beside_this_program() {
  if (const char* named = std::getenv("MICROSTACK_HYPERVISOR")) return std::string(named);
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  // In a build tree it is in the neighbour folder.
  for (const auto& path : {self.parent_path() / "microstack-hypervisor",
                           self.parent_path().parent_path() / "hypervisor" / "microstack-hypervisor"}) {
    if (::access(path.c_str(), X_OK) == 0) return path.string();
  }
  return ask("microstack-hypervisor is not beside this program", self.parent_path().string(),
             "install the provider's whole package, or name the file in MICROSTACK_HYPERVISOR");
}

namespace {

// Which content a file has, read again only when it is another file: many nodes are sent the same program at once.
Result<std::string> content_of(const std::string& program) {
  struct Known {
    struct timespec changed;
    off_t size;
    std::string hash;
  };
  static std::mutex mutex;
  static std::map<std::string, Known> known;
  const std::lock_guard lock(mutex);
  struct stat about {};
  if (::stat(program.c_str(), &about) != 0) return ask("the program is not there", program);
  const auto found = known.find(program);
  if (found != known.end() && found->second.size == about.st_size &&
      found->second.changed.tv_sec == about.st_mtim.tv_sec &&
      found->second.changed.tv_nsec == about.st_mtim.tv_nsec)
    return found->second.hash;
  MS_TRY(const auto bytes, read_file(program));
  if (!bytes) return ask("the program is not there", program);
  return (known[program] = {about.st_mtim, about.st_size, sha256_hex(*bytes).substr(0, 16)}).hash;
}

}  // namespace

Result<std::string> carry_hypervisor(Host& node, const std::string& program) {
  MS_TRY(const auto content, content_of(program));
  const auto path = "/usr/local/lib/microstack/" + content + "/microstack-hypervisor";
  Command look;
  look.argv = {"test", "-x", path};
  MS_TRY(const auto there, node.run(look));
  if (there.ok()) return path;
  MS_CHECK(send_file(node, program, path, 0755));
  return path;
}

}  // namespace microstack
