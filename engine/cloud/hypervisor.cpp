#include "engine/cloud/hypervisor.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "engine/base/file.h"
#include "engine/base/hash.h"

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

Result<std::string> carry_hypervisor(Host& node, const std::string& program) {
  MS_TRY(auto bytes, read_file(program));
  if (!bytes) return ask("the program is not there", program);
  const auto path =
      "/usr/local/lib/microstack/" + sha256_hex(*bytes).substr(0, 16) + "/microstack-hypervisor";
  Command look;
  look.argv = {"test", "-x", path};
  MS_TRY(const auto there, node.run(look));
  if (there.ok()) return path;
  MS_CHECK(node.write(path, {std::move(*bytes), 0755}));
  return path;
}

}  // namespace microstack
