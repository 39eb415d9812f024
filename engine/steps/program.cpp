#include "engine/steps/program.h"

#include <unistd.h>

#include <filesystem>

namespace microstack {
namespace {

constexpr const char* place = R"(mkdir -p -- "${2%/*}"
cp --force --link -- "$1" "$2.new" 2> /dev/null || cp --force -- "$1" "$2.new"
mv --force -- "$2.new" "$2")";

// Its file's name. Where another working copy has carried the same program there since, that name is gone
// ("... (deleted)"), and the file is read by way of this process.
std::string this_program() {
  std::error_code failed;
  const auto named = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (std::filesystem::exists(named, failed)) return named.string();
  return "/proc/" + std::to_string(::getpid()) + "/exe";
}

}  // namespace

ProgramStep::ProgramStep(Host& host, std::string path, std::string self)
    : host_(host), path_(std::move(path)), self_(self.empty() ? this_program() : std::move(self)) {}

Result<Truth> ProgramStep::check(StepContext& context) {
  MS_TRY(const auto found, host_.run(Command{{"test", "-x", path_}}, context.stop));
  return found.ok() ? Truth::yes() : Truth::no("the program " + path_ + " is missing");
}

Status ProgramStep::apply(StepContext& context) {
  MS_TRY([[maybe_unused]] const auto out,
         run_ok(host_, Command{{"sh", "-ec", place, "sh", self_, path_}}, context.stop));
  return {};
}

Status ProgramStep::undo(StepContext&) {
  return host_.remove(path_);
}

}  // namespace microstack
