// image build|prepare|list|remove: the base images of machines on this host.
#include "engine/machines/images.h"

#include "hypervisor/commands/command.h"
#include "hypervisor/install/prepared_layer.h"

namespace microstack {

namespace {

struct Wish {
  std::string spec;  // "-": JSON on stdin
  std::string release = "2025.1";
  std::vector<std::string> components, roles = kImageRoles;
  std::string mirror, proxy;
  bool refresh = false;
};

Result<ImageRecipe> recipe_of(Front& front, const Wish& wish) {
  MS_TRY(const auto planner, front.planner(front.places));
  MS_TRY(auto recipe, planner->image(wish.release, wish.components, wish.roles));
  if (!wish.mirror.empty()) recipe.image.mirror = wish.mirror;
  recipe.image.proxy = wish.proxy;
  if (wish.spec.empty()) return recipe;
  MS_TRY(const auto text, front.read_all());
  const auto json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) return ask("stdin is no JSON", "stdin", "give the image's specification on stdin");
  MS_TRY(recipe.image, image_spec_from_json(json));
  return recipe;
}

Result<Json> make(Front& front, const Wish& wish, bool prepare) {
  Cancel cancel;
  LocalHost local;
  Images images(front.places, local);
  auto context = front.telling("image", cancel.token());
  MS_TRY(const auto recipe, recipe_of(front, wish));
  MS_TRY(const auto image, images.build(recipe.image, context, wish.refresh));
  auto answer = to_json(image);
  if (!prepare) return answer;
  MS_CHECK(prepare_layer(images, image, recipe, context));
  answer["prepared"] = recipe.prepared;
  answer["layer"] = images.prepared_folder(image.key, recipe.prepared);
  return answer;
}

}  // namespace

void add_image(CLI::App& program, Front& front) {
  auto* image = program.add_subcommand("image", "The base images of machines on this host");
  image->require_subcommand(1);
  const auto verb = [&](const char* name, const char* text, bool prepare) {
    auto wish = std::make_shared<Wish>();
    auto* made = image->add_subcommand(name, text);
    made->add_option("SPEC", wish->spec, "-: a specification of one's own, JSON on stdin")
        ->check(CLI::IsMember({"-"}));
    made->add_option("--release", wish->release, "OpenStack release")->capture_default_str();
    made->add_option("--components", wish->components, "only what these need (default: all there are)")
        ->delimiter(',');
    made->add_option("--roles", wish->roles, "of the nodes it is for")->delimiter(',')->capture_default_str();
    made->add_option("--mirror", wish->mirror, "of Debian packages");
    made->add_option("--proxy", wish->proxy, "for downloads while it is made");
    made->add_flag("--refresh", wish->refresh,
                   "take the newest packages, also where an image of this specification exists");
    made->callback([&front, wish, prepare] { front.finish(make(front, *wish, prepare)); });
  };
  verb("build", "Make an image of the catalogue's components", false);
  verb("prepare", "Make the layer on it in which databases are migrated and capabilities known", true);
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
