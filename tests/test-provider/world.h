// The remote world of the test provider: a folder, in it one file per object. A test reads, changes and
// removes the files behind Terraform's back, and drives what the provider does wrong by files in `switches/`.
#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace microstack::mstest {

class World {
 public:
  // Replaceable: a debugged provider is configured once per run.
  void open(std::filesystem::path folder);

  using Object = std::map<std::string, std::string>;
  Result<std::string> make(const std::string& kind, const Object& object);  // its new id
  Status put(const std::string& kind, const std::string& id, const Object& object);
  Result<std::optional<Object>> find(const std::string& kind, const std::string& id) const;
  Status remove(const std::string& kind, const std::string& id);
  std::vector<std::string> ids(const std::string& kind) const;

  // Is switches/NAME there? Its text, or nothing.
  std::optional<std::string> switched(const std::string& name) const;
  // Adds a line to `log`, by which tests see the calls.
  void note(const std::string& line);

 private:
  std::filesystem::path path(const std::string& kind, const std::string& id) const;
  mutable std::mutex mutex_;
  std::filesystem::path folder_;
};

}  // namespace microstack::mstest
