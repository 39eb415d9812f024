// image build|list|remove: the base images of machines on this host.
#include "engine/machines/images.h"
#include "hypervisor/commands/command.h"

namespace microstack {

namespace {

Result<Json> build(Front& front, bool refresh) {
  MS_TRY(const auto text, front.read_all());
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return ask("stdin is no JSON", "stdin", "give the image's specification on stdin");
  MS_TRY(const auto spec, image_spec_from_json(json));
  Cancel cancel;
  LocalHost local;
  Images images(front.places, local);
  const auto events = front.events();
  StepContext context;
  context.stop = cancel.token();
  Event event;
  event.run = front.run;
  event.step = "image";
  context.progress = [&, event](std::int64_t done, std::int64_t total, const std::string& what) mutable {
    event.kind = Event::Kind::progress;
    event.done = done;
    event.total = total;
    event.title = what;
    events(event);
  };
  context.waiting = [&, event](const std::string& what) mutable {
    event.kind = Event::Kind::wait;
    event.waiting_for = what;
    if (!what.empty()) events(event);
  };
  MS_TRY(const auto image, images.build(spec, context, refresh));
  return to_json(image);
}

}  // namespace

void add_image(CLI::App& program, Front& front) {
  auto* image = program.add_subcommand("image", "The base images of machines on this host");
  image->require_subcommand(1);
  auto refresh = std::make_shared<bool>(false);
  auto* make = image->add_subcommand("build", "Make an image; its specification is JSON on stdin");
  make->add_flag("--refresh", *refresh,
                 "take the newest packages, also where an image of this specification exists");
  make->callback([&front, refresh] { front.finish(build(front, *refresh)); });
  image->add_subcommand("list", "All images")->callback([&front] {
    front.finish([&]() -> Result<Json> {
      LocalHost local;
      MS_TRY(const auto list, Images(front.places, local).list());
      Json out = Json::array();
      for (const auto& one : list) out.push_back(to_json(one));
      return out;
    }());
  });
  auto key = std::make_shared<std::string>();
  auto* remove = image->add_subcommand("remove", "Remove an image that no machine lies on");
  remove->add_option("key", *key, "key of the image, as list shows it")->required();
  remove->callback([&front, key] {
    LocalHost local;
    front.finish(Images(front.places, local).remove(*key));
  });
}

}  // namespace microstack
