#include "provider/configuration.h"

#include <cstdlib>

namespace microstack::provider {
namespace {

using namespace terraform;

struct Settings {
  Attr<std::string> hypervisor;
  Attr<std::string> cache_folder;
  static auto schema() {
    return model<Settings>("OpenStack clouds from one apply.",
                           attribute("hypervisor", &Settings::hypervisor)
                               .optional()
                               .doc("Path of `microstack-hypervisor`; beside the provider when not given. "
                                    "Also `MICROSTACK_HYPERVISOR`."),
                           attribute("cache_folder", &Settings::cache_folder)
                               .optional()
                               .doc("Where base images are kept; `/var/cache/microstack` when not given. "
                                    "Also `MICROSTACK_CACHE`."));
  }
};

class SettingsConfiguration : public Configuration<Settings> {
 public:
  // The environment is what the hypervisor program reads too, so the settings go there; they win over what
  // was in it.
  Status configure(const Settings& settings, const std::string&, Call&) override {
    if (settings.hypervisor.is_known()) ::setenv("MICROSTACK_HYPERVISOR", settings.hypervisor->c_str(), 1);
    if (settings.cache_folder.is_known()) ::setenv("MICROSTACK_CACHE", settings.cache_folder->c_str(), 1);
    return {};
  }
};

}  // namespace

std::unique_ptr<AnyConfiguration> configuration() {
  return std::make_unique<SettingsConfiguration>();
}

}  // namespace microstack::provider
