// The next content of a file, written beside it and put in its place at once. Its name is made of the file's own: what a writer
// that was killed left is taken away by the next one, and along with the file.
#pragma once

#include <string>

namespace microstack {

std::string neighbour_of(const std::string& path);

class Neighbour {
 public:
  Neighbour() = default;
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;
  ~Neighbour();  // takes it away when it was not put in place

  // New and empty, for the owner alone. Where somebody else is writing the same file, waits, 10 s at most. False: see errno.
  bool open(const std::string& path);
  bool put();  // False: see errno

  int fd() const { return fd_; }
  const std::string& name() const { return name_; }

 private:
  std::string path_, name_;
  int fd_ = -1;
  bool put_ = false;
};

}  // namespace microstack
