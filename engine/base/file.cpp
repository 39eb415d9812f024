#include "engine/base/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <fmt/format.h>

#include "engine/base/neighbour.h"

namespace microstack {

namespace {

// errno as an Error: a full disk or a denied access needs a person, the rest does not get better by asking.
Error failed(const std::string& doing, const std::string& path) {
  const int code = errno;
  Error error = give_up(fmt::format("{}: {}", doing, std::strerror(code)), path);
  if (code == ENOSPC || code == EDQUOT) {
    error.kind = ErrorKind::ask;
    error.fix = "free some space there and run it again";
  } else if (code == EACCES || code == EPERM || code == EROFS) {
    error.kind = ErrorKind::ask;
    error.fix = "run it as root, or make the path writable";
  }
  return error;
}

std::string parent(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

Status sync_folder(const std::string& path) {
  Descriptor folder{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.fd < 0 || ::fsync(folder.fd) != 0) return failed("cannot sync the folder", path);
  return {};
}

Status write_all(int fd, const std::string& bytes, const std::string& path) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t n = ::write(fd, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("cannot write the file", path);
    done += static_cast<std::size_t>(n);
  }
  return {};
}

}  // namespace

Result<std::optional<std::string>> read_file(const std::string& path) {
  Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>{};
    return failed("cannot open the file", path);
  }
  std::string bytes;
  char buffer[65536];
  while (true) {
    const ssize_t n = ::read(file.fd, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("cannot read the file", path);
    if (n == 0) return std::optional(std::move(bytes));
    bytes.append(buffer, static_cast<std::size_t>(n));
  }
}

Status make_folders(const std::string& path, unsigned mode) {
  for (std::size_t end = 1; end != std::string::npos && !path.empty();) {
    end = path.find('/', end);
    const auto folder = path.substr(0, end);
    if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST)
      return failed("cannot make the folder", folder);
    if (end != std::string::npos) ++end;
  }
  return {};
}

Status write_file(const std::string& path, const std::string& bytes, unsigned mode, unsigned folder_mode) {
  const auto folder = parent(path);
  MS_CHECK(make_folders(folder, folder_mode));
  Neighbour file;  // 0600 until it is complete
  if (!file.open(path)) return failed("cannot make a file", file.name());
  MS_CHECK(write_all(file.fd(), bytes, file.name()));
  if (::fchmod(file.fd(), mode) != 0) return failed("cannot set the mode", file.name());
  if (::fsync(file.fd()) != 0) return failed("cannot sync the file", file.name());
  if (!file.put()) return failed("cannot put the file in place", path);
  return sync_folder(folder);
}

Status remove_file(const std::string& path) {
  ::unlink(neighbour_of(path).c_str());
  if (::unlink(path.c_str()) == 0) return sync_folder(parent(path));
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return failed("cannot remove the file", path);
}

Result<std::optional<FileLock>> FileLock::try_take(const std::string& path) {
  MS_CHECK(make_folders(parent(path)));
  Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (file.fd < 0) return failed("cannot open the lock file", path);
  if (::flock(file.fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::optional<FileLock>{};
    return failed("cannot lock", path);
  }
  FileLock lock(file.fd);
  file.fd = -1;
  return std::optional(std::move(lock));
}

Result<FileLock> FileLock::take(const std::string& path, double limit_s) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(limit_s);
  while (true) {
    MS_TRY(auto lock, try_take(path));
    if (lock) return std::move(*lock);
    if (std::chrono::steady_clock::now() >= end)
      return retry(fmt::format("another program has held this lock for {} s", limit_s), path,
                   "try again when it is done");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace microstack
