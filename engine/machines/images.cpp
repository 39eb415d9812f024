#include "engine/machines/images.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/machines/image_build.h"
#include "engine/machines/machine_record.h"

namespace microstack {

namespace fs = std::filesystem;

namespace {

constexpr int kRecipe = 1;  // raise it when the same packages give another tree

Json wish(const ImageSpec& spec) {
  auto packages = spec.packages;
  std::sort(packages.begin(), packages.end());
  packages.erase(std::unique(packages.begin(), packages.end()), packages.end());
  return {{"recipe", kRecipe},
          {"release", spec.release},
          {"suite", spec.suite},
          {"mirror", spec.mirror},
          {"packages", packages}};
}

}  // namespace

std::string image_request_key(const ImageSpec& spec) {
  return sha256_hex(wish(spec).dump()).substr(0, 20);
}

std::string image_key(const ImageSpec& spec, const std::string& lock) {
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}", kRecipe, spec.release, spec.suite, lock)).substr(0, 20);
}

Json to_json(const ImageInfo& image) {
  return {{"key", image.key},          {"tree", image.tree},         {"release", image.spec.release},
          {"suite", image.spec.suite}, {"packages", image.packages}, {"in_use", image.in_use}};
}

Result<ImageInfo> Images::load(const std::string& key) const {
  ImageInfo out;
  out.key = key;
  out.tree = folder() + "/" + key + "/tree";
  MS_TRY(const auto text, read_file(folder() + "/" + key + "/spec.json"));
  MS_TRY(const auto lock, read_file(folder() + "/" + key + "/lock"));
  if (!text || !lock)
    return give_up("the image is damaged", folder() + "/" + key, "remove that folder and build it again");
  MS_TRY(out.spec, image_spec_from_json(Json::parse(*text, nullptr, false)));
  out.packages = static_cast<int>(std::count(lock->begin(), lock->end(), '\n'));
  out.in_use = in_use(out.tree);
  return out;
}

bool Images::in_use(const std::string& tree) const {
  std::error_code none;
  for (const auto& cluster : fs::directory_iterator(places_.state + "/clusters", none)) {
    for (const auto& machine : fs::directory_iterator(cluster.path() / "machines", none)) {
      const auto record = read_machine_record(machine.path());
      if (!record || !record.value()) continue;
      const auto& layers = record.value()->layers;
      if (std::find(layers.begin(), layers.end(), tree) != layers.end()) return true;
    }
  }
  return false;
}

Result<std::optional<ImageInfo>> Images::find(const ImageSpec& spec) const {
  if (!spec.tree.empty()) {
    if (!fs::is_directory(spec.tree + "/etc"))
      return ask("there is no Debian in that folder", spec.tree, {}, {"image", "tree"});
    ImageInfo out;
    out.key = "tree-" + sha256_hex(spec.tree).substr(0, 15);
    out.tree = spec.tree;
    out.spec = spec;
    return std::optional(std::move(out));
  }
  MS_TRY(const auto key, read_file(folder() + "/request-" + image_request_key(spec)));
  if (!key || !fs::exists(folder() + "/" + *key + "/lock")) return std::optional<ImageInfo>();
  MS_TRY(auto out, load(*key));
  return std::optional(std::move(out));
}

Result<ImageInfo> Images::build(const ImageSpec& spec, StepContext& context, bool resolve_again) {
  if (!resolve_again || !spec.tree.empty()) {
    MS_TRY(auto there, find(spec));
    if (there) return std::move(*there);
  }
  MS_CHECK(make_folders(folder()));
  context.waiting("another build of an image on this host");
  MS_TRY(const auto lock, FileLock::take(folder() + "/build.lock", 3600));
  context.waiting("");
  if (!resolve_again) {
    MS_TRY(auto there, find(spec));  // made by the one we waited for
    if (there) return std::move(*there);
  }
  const auto request = image_request_key(spec);
  const auto work = folder() + "/build-" + request;
  ImageBuild build(host_, spec, work, places_.cache + "/archives");
  MS_CHECK(build.run(context));
  MS_TRY(const auto versions, build.lock());
  const auto key = image_key(spec, versions);
  MS_CHECK(write_file(work + "/lock", versions));
  MS_CHECK(write_file(work + "/spec.json", encode(spec).dump(2) + "\n"));
  std::error_code failed;
  if (fs::exists(folder() + "/" + key)) {
    MS_CHECK(host_.remove(work));  // nothing newer: the same image again
  } else {
    fs::rename(work, folder() + "/" + key, failed);
    if (failed) return give_up("cannot put the image in place: " + failed.message(), folder() + "/" + key);
  }
  MS_CHECK(write_file(folder() + "/request-" + request, key));
  return load(key);
}

Result<std::vector<ImageInfo>> Images::list() const {
  std::vector<ImageInfo> out;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder(), none)) {
    const auto name = entry.path().filename().string();
    if (!entry.is_directory() || name.starts_with("build-")) continue;
    MS_TRY(auto image, load(name));
    out.push_back(std::move(image));
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
  return out;
}

Status Images::remove(const std::string& key) {
  MS_CHECK(check_name(key, "key"));
  const auto here = folder() + "/" + key;
  if (in_use(here + "/tree"))
    return ask(fmt::format("a machine lies on image {}", key), here, "remove the machine first");
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(places_.cache + "/prepared", none))
    if (entry.path().filename().string().starts_with(key + "-")) MS_CHECK(host_.remove(entry.path()));
  for (const auto& entry : fs::directory_iterator(folder(), none)) {
    if (!entry.path().filename().string().starts_with("request-")) continue;
    MS_TRY(const auto points, read_file(entry.path()));
    if (points == key) MS_CHECK(remove_file(entry.path()));
  }
  return host_.remove(here);
}

// ---- prepared layers

std::string Images::prepared_folder(const std::string& image_key, const std::string& name) const {
  return fmt::format("{}/prepared/{}-{}", places_.cache, image_key, name);
}

Result<std::vector<std::string>> Images::layers(const ImageSpec& spec, const std::string& prepared,
                                                StepContext& context) {
  MS_TRY(const auto image, build(spec, context));
  if (prepared.empty()) return std::vector<std::string>{image.tree};
  const auto layer = prepared_folder(image.key, prepared);
  if (!fs::is_directory(layer))
    return ask(fmt::format("image {} has no prepared layer {}", image.key, prepared), layer,
               "prepare it first, or leave it out", {"prepared"});
  return std::vector<std::string>{layer, image.tree};
}

Status Images::prepare(const ImageInfo& image, const std::string& name, StepContext& context,
                       const std::function<Status(const std::string& tree)>& fill) {
  const auto layer = prepared_folder(image.key, name);
  if (fs::is_directory(layer)) return {};
  const auto parent = places_.cache + "/prepared";
  MS_CHECK(make_folders(parent));
  context.waiting("another preparation of this image");
  MS_TRY(const auto lock, FileLock::take(layer + ".lock", 3600));
  context.waiting("");
  if (fs::is_directory(layer)) return {};
  const auto scratch = layer + ".making";
  const auto unmount = [&] {
    Command command;
    command.argv = {"sh", "-c",
                    R"(while mountpoint -q "$1"; do umount "$1" || umount -l "$1" || exit 1; done)", "sh",
                    scratch + "/tree"};
    return run_ok(host_, command);
  };
  if (fs::exists(scratch)) {
    MS_TRY(auto left, unmount());
    MS_CHECK(host_.remove(scratch));
  }
  for (const auto* part : {"/upper", "/work", "/tree"}) MS_CHECK(make_folders(scratch + part));
  Command mount;
  mount.argv = {"mount",
                "-t",
                "overlay",
                "overlay",
                "-o",
                fmt::format("lowerdir={},upperdir={}/upper,workdir={}/work", image.tree, scratch, scratch),
                scratch + "/tree"};
  MS_TRY(auto mounted, run_ok(host_, mount));
  auto filled = fill(scratch + "/tree");
  MS_TRY(auto unmounted, unmount());
  if (filled) {
    std::error_code failed;
    fs::rename(scratch + "/upper", layer, failed);
    if (failed) filled = give_up("cannot put the prepared layer in place: " + failed.message(), layer);
  }
  MS_CHECK(host_.remove(scratch));
  return filled;
}

}  // namespace microstack
