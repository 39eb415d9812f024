#include "engine/base/neighbour.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace microstack {
namespace {

constexpr std::size_t name_limit = 200;  // of 255 that a file system allows

// Holds the lock of whoever writes it as long as it is open. Whether it still has a name.
bool locked_and_named(int fd, int how) {
  struct stat about {};
  return ::flock(fd, how) == 0 && ::fstat(fd, &about) == 0 && about.st_nlink > 0;
}

}  // namespace

std::string neighbour_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const auto begin = slash == std::string::npos ? 0 : slash + 1;
  return path.substr(0, begin) + ".ms-write-" + path.substr(begin, name_limit);
}

bool Neighbour::open(const std::string& path) {
  constexpr int tries = 1000;
  path_ = path;
  name_ = neighbour_of(path);
  for (int i = 0; i < tries; ++i) {
    // Never one that is there: somebody else may have it open, and would read what is written now.
    fd_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd_ >= 0) {
      if (locked_and_named(fd_, LOCK_EX)) return true;
      ::close(fd_);  // taken for a dead writer's before it was locked
      fd_ = -1;
      continue;
    }
    if (errno != EEXIST) return false;
    const int other = ::open(name_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (other < 0 && errno == ENOENT) continue;
    const bool dead = other < 0 || locked_and_named(other, LOCK_EX | LOCK_NB);  // no file of ours either
    if (dead) ::unlink(name_.c_str());
    if (other >= 0) ::close(other);
    if (!dead) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  errno = EBUSY;
  return false;
}

bool Neighbour::put() {
  return put_ = ::rename(name_.c_str(), path_.c_str()) == 0;
}

Neighbour::~Neighbour() {
  if (fd_ < 0) return;
  const int code = errno;
  if (!put_) ::unlink(name_.c_str());
  ::close(fd_);
  errno = code;
}

}  // namespace microstack
