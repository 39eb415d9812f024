// A folder of a test's own: empty at first, gone with everything in it when the scope ends, however it ends.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace microstack::testing {

struct TemporaryFolder {
  std::string path;

  // Below `parent`: the machine's folder for temporary files unless a test needs another file system or owner.
  explicit TemporaryFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path())
      : path(parent / "microstack-test-XXXXXX") {
    if (!::mkdtemp(path.data())) throw std::runtime_error("no folder can be made below " + parent.string());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
};

}  // namespace microstack::testing
