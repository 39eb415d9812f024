#include "provider/cloud/leaving.h"

#include <unistd.h>

#include <cstdlib>

#include "engine/base/file.h"

namespace microstack::provider {
namespace {

constexpr const char* key = "leaves";

std::string folder_of(const std::string& cluster) {
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "/root") + "/.config/microstack/" + cluster;
}

}  // namespace

void mark_removal(const AnyCloud& cloud, terraform::Call& call) {
  call.saved()[key] = cloud.removals;
}

Status mark_cluster_leaves(const AnyCloud& cloud) {
  return write_file(folder_of(cloud.name()) + "/leaves", cloud.removals + "\n", 0600, 0700);
}

bool goes_along(const AnyCloud& cloud, terraform::Call& call) {
  const auto mark = call.saved().extract(key);
  if (mark.empty() || mark.mapped().empty()) return false;
  const auto leaves = read_file(folder_of(cloud.name()) + "/leaves");
  return leaves && *leaves == mark.mapped() + "\n";
}

Status forget_leaving(const std::string& cluster) {
  MS_CHECK(remove_file(folder_of(cluster) + "/leaves"));
  ::rmdir(folder_of(cluster).c_str());  // where nothing else is in it
  return {};
}

}  // namespace microstack::provider
