#include "tests/test-provider/world.h"

#include <algorithm>
#include <fstream>

#include "engine/base/json.h"

namespace microstack::mstest {

namespace fs = std::filesystem;

void World::open(fs::path folder) {
  std::lock_guard lock(mutex_);
  folder_ = std::move(folder);
}

fs::path World::path(const std::string& kind, const std::string& id) const {
  std::lock_guard lock(mutex_);
  return folder_ / kind / id;
}

Result<std::string> World::make(const std::string& kind, const Object& object) {
  for (int number = 1;; ++number) {
    std::string id = kind + "-" + std::to_string(number);
    if (fs::exists(path(kind, id))) continue;
    MS_CHECK(put(kind, id, object));
    return id;
  }
}

Status World::put(const std::string& kind, const std::string& id, const Object& object) {
  auto file = path(kind, id);
  std::error_code failed;
  fs::create_directories(file.parent_path(), failed);
  std::ofstream out(file);
  out << Json(object).dump();
  if (!out.flush())
    return give_up("cannot write an object", file.string(),
                   "set `folder` of the provider to a folder that can be written");
  return {};
}

Result<std::optional<World::Object>> World::find(const std::string& kind, const std::string& id) const {
  auto file = path(kind, id);
  std::ifstream in(file);
  if (!in) return std::optional<Object>();
  Json json = Json::parse(in, nullptr, false);
  if (!json.is_object()) return retry("the world is out of order", file.string());
  return std::optional<Object>(json.get<Object>());
}

Status World::remove(const std::string& kind, const std::string& id) {
  std::error_code failed;
  fs::remove(path(kind, id), failed);
  if (failed) return give_up("cannot remove an object: " + failed.message(), id);
  return {};
}

std::vector<std::string> World::ids(const std::string& kind) const {
  std::vector<std::string> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(path(kind, ""), none))
    out.push_back(entry.path().filename().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::optional<std::string> World::switched(const std::string& name) const {
  std::ifstream in(path("switches", name));
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

void World::note(const std::string& line) {
  std::ofstream(path("", "log"), std::ios::app) << line << "\n";
}

}  // namespace microstack::mstest
