#include "engine/host/carried.h"

#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <filesystem>

#include "engine/host/process.h"

namespace microstack {

namespace {

// $1 user ('' = as is), $2 folder, the rest is the command. stdin: KEY=value lines, an empty line, the
// command's own stdin. `read` of a POSIX shell takes a pipe byte by byte, so nothing of the command's stdin
// is lost.
constexpr const char* kLauncher = R"sh(
while IFS= read -r ms_line && [ -n "$ms_line" ]; do export "$ms_line"; done
ms_user=$1; ms_folder=$2; shift 2
cd -- "$ms_folder" 2>/dev/null || { echo "microstack-launcher: folder" >&2; exit 125; }
command -v -- "$1" >/dev/null 2>&1 || { echo "$1: no such program" >&2; exit 127; }
[ -n "$ms_user" ] || exec "$@"
ms_group=$(id -g -- "$ms_user" 2>/dev/null) || { echo "microstack-launcher: user" >&2; exit 125; }
ms_home=$(getent passwd "$ms_user" | cut -d: -f6)
exec setpriv --reuid="$(id -u -- "$ms_user")" --regid="$ms_group" --init-groups env HOME="${HOME_GIVEN:-$ms_home}" "$@"
)sh";

constexpr const char* kRead = R"sh(
[ -d "$1" ] && exit 21
[ -e "$1" ] || exit 20
stat -L -c '%a %U %G' -- "$1" && exec cat -- "$1"
)sh";

constexpr const char* kWrite = R"sh(
set -e
umask 077
[ ! -d "$1" ] || [ -L "$1" ] || exit 21
ms_parent=$(dirname -- "$1")
[ -d "$ms_parent" ] || (umask 022; mkdir -p -- "$ms_parent")
ms_new=$(mktemp -- "$ms_parent/.ms-write-XXXXXXXX")
trap 'rm -f -- "$ms_new"' EXIT
cat > "$ms_new"
[ "$(stat -c %s -- "$ms_new")" = "$5" ] || exit 22
chown -- "$3:$4" "$ms_new"
chmod -- "$2" "$ms_new"
sync -d -- "$ms_new"
mv -fT -- "$ms_new" "$1"
trap - EXIT
)sh";

bool is_name(const std::string& name) {
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0]))) return false;
  for (const unsigned char c : name)
    if (!std::isalnum(c) && c != '_') return false;
  return true;
}

Command script(const char* text, std::vector<std::string> arguments) {
  Command command;
  command.argv = {"sh", "-c", text, "sh"};
  for (auto& argument : arguments) command.argv.push_back(std::move(argument));
  return command;
}

Error failed(std::string what, const std::string& path, const Host& host, const CommandResult& result) {
  auto error = give_up(std::move(what), host.name() + ":" + path);
  if (!result.err.empty())
    error.causes.push_back(give_up(result.err.substr(0, result.err.find_last_not_of('\n') + 1)));
  return error;
}

}  // namespace

Result<Carried> carry(const Command& command, bool tell_group) {
  if (command.argv.empty()) return give_up("a command without a program");
  Carried carried;
  carried.argv = {"env", "-i"};
  for (auto& variable : minimal_environment("/root")) carried.argv.push_back(std::move(variable));
  if (tell_group) {
    // The shell's own number is its session's and its group's.
    for (const char* word :
         {"setsid", "-w", "sh", "-c", "echo \"microstack-group $$\" >&2; exec \"$@\"", "sh"})
      carried.argv.emplace_back(word);
  }
  for (const char* word : {"sh", "-c", kLauncher, "sh"}) carried.argv.emplace_back(word);
  carried.argv.push_back(command.user);
  carried.argv.push_back(command.directory.empty() ? "/" : command.directory);
  for (const auto& argument : command.argv) {
    if (argument.find('\0') != std::string::npos) return give_up("an argument with a zero byte");
    carried.argv.push_back(argument);
  }
  for (const auto& [name, value] : command.env) {
    if (!is_name(name)) return give_up(fmt::format("'{}' is no name of an environment variable", name));
    if (value.find_first_of(std::string_view("\n\0", 2)) != std::string::npos)
      return give_up(fmt::format("the environment variable {} has a line break in its value", name), {},
                     "give it by stdin or in a file");
    carried.stdin_text += name + "=" + value + "\n";
    if (name == "HOME") carried.stdin_text += "HOME_GIVEN=" + value + "\n";
  }
  carried.stdin_text += "\n" + command.stdin_text;
  return carried;
}

Result<CommandResult> carried_back(CommandResult result, const Command& command, const std::string& host) {
  if (result.exit_code == 125) {
    if (result.err.find("microstack-launcher: user") != std::string::npos)
      return ask(fmt::format("no such user: {}", command.user), host);
    if (result.err.find("microstack-launcher: folder") != std::string::npos)
      return ask(fmt::format("cannot enter the folder {}", command.directory), host);
  }
  return result;
}

std::optional<long> take_group(std::string& err) {
  constexpr std::string_view mark = "microstack-group ";
  const auto begin = err.find(mark);
  if (begin == std::string::npos) return std::nullopt;
  const auto end = err.find('\n', begin);
  if (end == std::string::npos) return std::nullopt;
  long group = 0;
  std::from_chars(err.data() + begin + mark.size(), err.data() + end, group);
  err.erase(begin, end + 1 - begin);
  return group > 1 ? std::optional(group) : std::nullopt;
}

Status check_path(const std::string& path, const std::string& host) {
  const bool climbs = path.find("/../") != std::string::npos || path.ends_with("/..");
  if (path.size() < 2 || path[0] != '/' || climbs || path.find('\0') != std::string::npos)
    return give_up(fmt::format("'{}' is no absolute path of a file", path), host);
  return {};
}

Result<std::optional<FileContent>> read_by_command(Host& host, const std::string& path) {
  MS_CHECK(check_path(path, host.name()));
  MS_TRY(auto result, host.run(script(kRead, {path})));
  if (result.exit_code == 20) return std::optional<FileContent>();
  if (result.exit_code == 21) return give_up("is a folder, not a file", host.name() + ":" + path);
  if (!result.ok()) return failed("cannot read the file", path, host, result);
  const auto line = result.out.find('\n');
  const auto first = result.out.find(' ');
  const auto second = result.out.find(' ', first + 1);
  if (line == std::string::npos || second > line)
    return failed("cannot read the file's owner", path, host, result);
  FileContent content;
  content.mode = static_cast<unsigned>(std::stoul(result.out.substr(0, first), nullptr, 8));
  content.owner = result.out.substr(first + 1, second - first - 1);
  content.group = result.out.substr(second + 1, line - second - 1);
  content.bytes = result.out.substr(line + 1);
  return std::optional(std::move(content));
}

namespace {

Status write_whole(Host& host, Command command, const std::string& path) {
  command.limit = std::chrono::minutes(10);  // a program of 40 MB over a slow line
  MS_TRY(auto result, host.run(command));
  if (result.exit_code == 21) return give_up("is a folder, not a file", host.name() + ":" + path);
  if (result.exit_code == 22) return retry("the file arrived cut off", host.name() + ":" + path);
  if (!result.ok()) return failed("cannot write the file", path, host, result);
  return {};
}

}  // namespace

Status write_by_command(Host& host, const std::string& path, const FileContent& content) {
  MS_CHECK(check_path(path, host.name()));
  auto command = script(kWrite, {path, fmt::format("{:04o}", content.mode), content.owner, content.group,
                                 std::to_string(content.bytes.size())});
  command.stdin_text = content.bytes;
  return write_whole(host, std::move(command), path);
}

Status send_file(Host& host, const std::string& file, const std::string& path, unsigned mode) {
  MS_CHECK(check_path(path, host.name()));
  std::error_code unknown;
  const auto size = std::filesystem::file_size(file, unknown);
  if (unknown) return give_up(fmt::format("cannot be sent: {}", unknown.message()), file);
  auto command = script(kWrite, {path, fmt::format("{:04o}", mode), "root", "root", std::to_string(size)});
  command.stdin_file = file;
  return write_whole(host, std::move(command), path);
}

Status remove_by_command(Host& host, const std::string& path) {
  MS_CHECK(check_path(path, host.name()));
  Command command;
  command.argv = {"rm", "-rf", "--one-file-system", "--", path};
  command.limit = std::chrono::minutes(5);
  MS_TRY(auto result, host.run(command));
  if (!result.ok()) return failed("cannot remove it", path, host, result);
  return {};
}

}  // namespace microstack
