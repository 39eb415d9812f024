#include "engine/machines/images.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/secret.h"
#include "engine/host/machine_host.h"
#include "engine/machines/image_build.h"
#include "engine/machines/machine_record.h"
#include "engine/machines/machines.h"
#include "engine/plan/executor.h"

namespace microstack {

namespace fs = std::filesystem;

namespace {

constexpr int kRecipe = 2;  // raise it when the same packages give another tree

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

// What a machine was given or wrote that no other may have. Where the image has such a file the layer simply
// does not change it.
Status take_identity_out(const std::string& layer) {
  std::error_code failed;
  for (const auto* path : {"/dev",
                           "/etc/.pwd.lock",
                           "/etc/hostname",
                           "/etc/hosts",
                           "/etc/machine-id",
                           "/etc/resolv.conf",
                           "/etc/systemd/network",
                           "/etc/tmpfiles.d/microstack-kvm.conf",
                           "/root",
                           "/run",
                           "/tmp",
                           "/var/cache/apt",
                           "/var/cache/ldconfig",
                           "/var/lib/apt",
                           "/var/lib/dbus",
                           "/var/lib/microstack",
                           "/var/lib/rabbitmq",
                           "/var/lib/systemd/random-seed",
                           "/var/log",
                           "/var/tmp"})
    fs::remove_all(layer + path, failed);
  for (const auto& entry : fs::directory_iterator(layer + "/etc/ssh", failed))
    if (entry.path().filename().string().starts_with("ssh_host_")) fs::remove(entry.path(), failed);
  if (fs::exists(layer + "/etc/machine-id"))
    return give_up("cannot take a machine's id out of the layer", layer);
  return {};
}

// When a layer was last asked for: the time of its lock file.
void note_use(const std::string& layer) {
  std::ofstream(layer + ".lock", std::ios::app).flush();
  std::error_code none;
  fs::last_write_time(layer + ".lock", fs::file_time_type::clock::now(), none);
}
bool used_lately(const std::string& layer) {
  std::error_code none;
  const auto used = fs::last_write_time(layer + ".lock", none);
  return !none && fs::file_time_type::clock::now() - used < std::chrono::hours(1);
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
      const auto layers = recorded_layers(machine.path());
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
  note_use(layer);
  return std::vector<std::string>{layer, image.tree};
}

bool Images::is_prepared(const ImageInfo& image, const std::string& name) const {
  return fs::is_directory(prepared_folder(image.key, name));
}

Status Images::clear_scratch(const std::string& scratch) {
  if (!fs::exists(scratch)) return {};
  StepContext to_the_end;  // also after a stop
  Machines machines({scratch, places_.run, places_.cache}, host_);
  MS_TRY(const auto left, machines.list());
  for (const auto& machine : left) MS_CHECK(machines.remove(machine.cluster, machine.name, to_the_end));
  return host_.remove(scratch);
}

// Layers of the same kind ("native-...") on the same image that no machine lies on: an older catalogue's. One that was
// asked for within the last hour stays: machines of another MICROSTACK_STATE may be about to lie on it.
void Images::drop_older(const std::string& image_key, const std::string& name) {
  const auto kind = fmt::format("{}-{}", image_key, name.substr(0, name.rfind('-') + 1));
  const auto kept = prepared_folder(image_key, name);
  if (name.find('-') == std::string::npos) return;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(places_.cache + "/prepared", none)) {
    const auto path = entry.path().string();
    if (!entry.is_directory() || path == kept || path.ends_with(".making") || in_use(path)) continue;
    if (used_lately(path)) continue;
    if (entry.path().filename().string().starts_with(kind)) (void)host_.remove(path).ok();
  }
}

Status Images::prepare(const ImageInfo& image, const std::string& name, StepContext& context,
                       const std::function<Status(Host& inside)>& fill) {
  const auto layer = prepared_folder(image.key, name);
  if (fs::is_directory(layer)) return {};
  MS_CHECK(make_folders(places_.cache + "/prepared"));
  context.waiting("another preparation of this image");
  MS_TRY(const auto lock, FileLock::take(layer + ".lock", 3600));
  context.waiting("");
  if (fs::is_directory(layer)) return {};
  const auto scratch = layer + ".making";
  MS_CHECK(clear_scratch(scratch));

  MachineSpec spec;
  spec.cluster = "prepare-" + sha256_hex(random_secret(16).reveal()).substr(0, 8);
  spec.name = "scratch";
  spec.image.tree = image.tree;
  spec.isolated = true;
  spec.lifeline = layer + ".lock";
  Machines machines({scratch, places_.run, places_.cache}, host_);
  const auto here = machines.folder(spec.cluster, spec.name);
  auto made = [&]() -> Status {
    context.progress(0, 0, "Starting a machine to prepare the image in");
    MS_TRY(const auto plan, machines.up(spec, {image.tree}));
    RunOptions options;
    options.stop = context.stop;
    if (auto outcome = execute(plan, options); outcome.error) return std::move(*outcome.error);
    MachineHost inside(host_, spec.name, [&] { return machines.leader(spec.cluster, spec.name); });
    MS_CHECK(fill(inside));
    context.progress(0, 0, "Shutting it down");
    MS_CHECK(machines.power_off(spec.cluster, spec.name, std::chrono::seconds(60), context));
    MS_CHECK(take_identity_out(here + "/upper"));
    std::error_code failed;
    fs::rename(here + "/upper", layer, failed);
    if (failed) return give_up("cannot put the prepared layer in place: " + failed.message(), layer);
    return {};
  }();
  auto cleared = clear_scratch(scratch);
  if (made) drop_older(image.key, name);
  return made ? cleared : made;
}

}  // namespace microstack
