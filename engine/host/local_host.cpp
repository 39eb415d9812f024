#include "engine/host/local_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "engine/base/neighbour.h"
#include "engine/host/carried.h"
#include "engine/host/process.h"

namespace microstack {

namespace {

struct Account {
  Process::User user;
  std::string home;
};

Result<Account> account(const std::string& name) {
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* found = nullptr;
  ::getpwnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (!found) return ask(fmt::format("no such user: {}", name), "local");
  int count = 256;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgrouplist(name.c_str(), found->pw_gid, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(name.c_str(), found->pw_gid, groups.data(), &count);
  }
  groups.resize(static_cast<std::size_t>(count));
  return Account{{found->pw_uid, found->pw_gid, std::move(groups)}, found->pw_dir};
}

std::string owner_name(uid_t uid) {
  std::array<char, 16384> buffer;
  passwd entry{};
  passwd* found = nullptr;
  ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
  return found ? found->pw_name : "UNKNOWN";
}

std::string group_name(gid_t gid) {
  std::array<char, 16384> buffer;
  group entry{};
  group* found = nullptr;
  ::getgrgid_r(gid, &entry, buffer.data(), buffer.size(), &found);
  return found ? found->gr_name : "UNKNOWN";
}

Result<gid_t> group_id(const std::string& name) {
  std::array<char, 16384> buffer;
  group entry{};
  group* found = nullptr;
  ::getgrnam_r(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
  if (!found) return ask(fmt::format("no such group: {}", name), "local");
  return found->gr_gid;
}

bool is_root() {
  return ::geteuid() == 0;
}

Error system_error(const std::string& what, const std::string& path) {
  const int code = errno;
  auto text = fmt::format("{}: {}", what, strerror(code));
  if (code == ENOSPC || code == EDQUOT) return ask(std::move(text), path, "free disk space there");
  return give_up(std::move(text), path);
}

// 0755 whatever the umask, which belongs to the whole process and is left alone.
Status make_folder(const std::filesystem::path& folder) {
  if (std::filesystem::is_directory(folder)) return {};
  MS_CHECK(make_folder(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0755) == 0) {
    ::chmod(folder.c_str(), 0755);
  } else if (errno != EEXIST) {
    return system_error("cannot make the folder", folder);
  }
  return {};
}

Result<CommandResult> run_through_sudo(const Command& command, std::stop_token stop) {
  MS_TRY(auto carried, carry(command));
  Process process;
  process.argv = {"sudo", "-n", "--"};
  process.argv.insert(process.argv.end(), carried.argv.begin(), carried.argv.end());
  process.environment = minimal_environment("/");
  process.stdin_text = std::move(carried.stdin_text);
  process.stdin_file = command.stdin_file;
  process.limit = command.limit;
  process.on_line = command.on_line;
  MS_TRY(auto result, run_process(process, std::move(stop)));
  if (result.exit_code == 127 && result.err.starts_with("sudo: no such program"))
    return ask("this needs root, and there is no sudo", "local", "run it as root, or install sudo");
  if (result.exit_code == 1 && result.err.starts_with("sudo: "))
    return ask("sudo wants a password", "local",
               "run it as root, or allow this user sudo without a password");
  return carried_back(std::move(result), command, "local");
}

}  // namespace

Result<CommandResult> LocalHost::run(const Command& command, std::stop_token stop) {
  if (!is_root() && command.user != owner_name(::geteuid()))
    return run_through_sudo(command, std::move(stop));
  Process process;
  std::string home = "/root";
  if (!command.user.empty()) {
    MS_TRY(auto who, account(command.user));
    home = who.home;
    if (is_root()) process.user = std::move(who.user);
  }
  process.argv = command.argv;
  for (auto& variable : minimal_environment(command.env.contains("HOME") ? command.env.at("HOME") : home))
    if (!command.env.contains(variable.substr(0, variable.find('='))))
      process.environment.push_back(variable);
  for (const auto& [name, value] : command.env) process.environment.push_back(name + "=" + value);
  process.stdin_text = command.stdin_text;
  process.stdin_file = command.stdin_file;
  if (!command.directory.empty()) process.directory = command.directory;
  process.limit = command.limit;
  process.on_line = command.on_line;
  return run_process(process, std::move(stop));
}

Result<std::optional<FileContent>> LocalHost::read(const std::string& path) {
  if (!is_root()) return read_by_command(*this, path);
  MS_CHECK(check_path(path, name()));
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<FileContent>();
    return system_error("cannot open the file", path);
  }
  struct Closed {
    int fd;
    ~Closed() { ::close(fd); }
  } closed{fd};
  struct stat about {};
  ::fstat(fd, &about);
  if (S_ISDIR(about.st_mode)) return give_up("is a folder, not a file", path);
  FileContent content{{}, about.st_mode & 07777, owner_name(about.st_uid), group_name(about.st_gid)};
  content.bytes.reserve(static_cast<std::size_t>(about.st_size));
  std::array<char, 65536> buffer;
  while (true) {
    const auto got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read the file", path);
    if (got == 0) return std::optional(std::move(content));
    content.bytes.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Status LocalHost::write(const std::string& path, const FileContent& content) {
  if (!is_root()) return write_by_command(*this, path, content);
  MS_CHECK(check_path(path, name()));
  MS_TRY(const auto owner, account(content.owner));
  MS_TRY(const auto gid, group_id(content.group));
  std::error_code failed;
  const std::filesystem::path file(path);
  if (std::filesystem::is_directory(std::filesystem::symlink_status(file, failed)))
    return give_up("is a folder, not a file", path);
  MS_CHECK(make_folder(file.parent_path()));
  Neighbour fresh;
  if (!fresh.open(path)) return system_error("cannot make a file beside it", path);
  std::string_view rest = content.bytes;
  while (!rest.empty()) {
    const auto sent = ::write(fresh.fd(), rest.data(), rest.size());
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return system_error("cannot write the file", path);
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  if (::fchown(fresh.fd(), owner.user.uid, gid) != 0 || ::fchmod(fresh.fd(), content.mode & 07777) != 0 ||
      ::fdatasync(fresh.fd()) != 0 || !fresh.put())
    return system_error("cannot put the file in place", path);
  return {};
}

Status LocalHost::remove(const std::string& path) {
  if (!is_root()) return remove_by_command(*this, path);
  MS_CHECK(check_path(path, name()));
  std::error_code failed;
  ::unlink(neighbour_of(path).c_str());
  std::filesystem::remove_all(path, failed);
  if (failed) return give_up(fmt::format("cannot remove it: {}", failed.message()), path);
  return {};
}

}  // namespace microstack
