// Files of this program's own state on this host: whole or not at all, synced, with the mode from the first
// byte on. (Files of a node that steps make go through Host::write.)
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"

namespace microstack {

// nullopt: no such file.
Result<std::optional<std::string>> read_file(const std::string& path);
// Through a neighbour file, fsync and rename; missing parent folders are made with `folder_mode`.
Status write_file(const std::string& path, const std::string& bytes, unsigned mode = 0644,
                  unsigned folder_mode = 0755);
// Succeeds when there is none.
Status remove_file(const std::string& path);
Status make_folders(const std::string& path, unsigned mode = 0755);

// An exclusive lock on a file (flock): freed when this goes out of scope or the process dies, however it
// dies.
class FileLock {
 public:
  // nullopt: somebody else holds it. The file is made when missing and never removed.
  static Result<std::optional<FileLock>> try_take(const std::string& path);
  // Waits for at most `limit_s` seconds; then an error of kind retry that names the path.
  static Result<FileLock> take(const std::string& path, double limit_s);
  FileLock(FileLock&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace microstack
