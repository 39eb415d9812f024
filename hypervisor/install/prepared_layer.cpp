#include "hypervisor/install/prepared_layer.h"

#include "engine/base/file.h"
#include "engine/machines/prepared_layer.h"

namespace microstack {

const std::vector<std::string> kImageRoles{"control", "compute", "network"};

namespace {

constexpr const char* program_inside =
    "/run/microstack-prepare/microstack-hypervisor";  // memory: in no layer

Status prepare_stage(Host& inside, const Profile& profile, StepContext& context) {
  MS_TRY(auto program, read_file("/proc/self/exe"));
  if (!program) return give_up("this program cannot read itself", "/proc/self/exe");
  MS_CHECK(inside.write(program_inside, {std::move(*program), 0755}));
  Command install;
  install.argv = {program_inside, "--events", "json", "install", "-", "--stage", "prepare"};
  install.stdin_text = to_json(profile).dump() + "\n";
  install.limit = std::chrono::minutes(20);
  std::int64_t done = 0, total = 0;
  std::optional<Error> failure;
  install.on_line = [&](std::string_view line) {
    const auto event = event_from_line(std::string(line));
    if (!event) return;
    if (event->kind == Event::Kind::plan) total = event->total;
    if (event->kind == Event::Kind::end) done = event->done;
    if (event->kind == Event::Kind::begin) context.progress(done, total, "Preparing: " + event->title);
    if (event->kind == Event::Kind::error && event->error && event->step.empty()) failure = event->error;
  };
  MS_TRY(const auto ran, inside.run(install, context.stop));
  if (ran.ok()) return {};
  if (failure) return doing("preparing the image", std::move(*failure));
  return give_up("preparing the image failed", inside.name(), ran.err.substr(0, 500));
}

}  // namespace

Status prepare_layer(Images& images, const ImageInfo& image, const ImageRecipe& recipe,
                     StepContext& context) {
  return images.prepare(image, recipe.prepared, context,
                        [&](Host& inside) { return prepare_stage(inside, recipe.profile, context); });
}

Result<bool> has_image(Front& front, const MachineSpec& spec) {
  auto image = spec.image;
  if (image.tree.empty() && image.packages.empty()) {
    MS_TRY(const auto planner, front.planner(front.places));
    MS_TRY(const auto recipe, planner->image(image.release, {}, kImageRoles));
    image.packages = recipe.image.packages;
  }
  LocalHost local;
  MS_TRY(const auto there, Images(front.places, local).find(image));
  return there.has_value();
}

Result<std::vector<std::string>> layers_for(Front& front, Images& images, MachineSpec& spec,
                                            StepContext& context) {
  const bool prepares = spec.prepared == "auto";
  const bool chooses = spec.image.tree.empty() && spec.image.packages.empty();
  if (!prepares && !chooses) return images.layers(spec.image, spec.prepared, context);
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(const auto recipe, planner->image(spec.image.release, {}, kImageRoles));
  if (chooses) spec.image.packages = recipe.image.packages;
  if (!prepares) return images.layers(spec.image, spec.prepared, context);
  MS_TRY(const auto image, images.build(spec.image, context));
  if (auto made = prepare_layer(images, image, recipe, context); !made) {
    if (context.stop.stop_requested()) return made.error();
    front.show({.kind = Event::Kind::error,
                .step = prepared_layer_step,
                .title = "Prepare the image",
                .error = made.error()});
    return std::vector<std::string>{image.tree};
  }
  return images.layers(spec.image, recipe.prepared, context);
}

}  // namespace microstack
