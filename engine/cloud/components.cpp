#include "engine/cloud/components.h"

#include <algorithm>

namespace microstack {

Result<Json> install_component(Cloud& cloud, const Catalogue& catalogue, const std::string& component,
                               const Json& config, const Watch& watch) {
  MS_TRY(const auto wanted, catalogue.closure({component}));
  return cloud.install(
      [&](Profile& profile) -> Status {
        for (const auto& name : wanted) {  // its needs first
          if (name == component) continue;
          const bool there = std::any_of(profile.components.begin(), profile.components.end(),
                                         [&](const auto& choice) { return choice.name == name; });
          if (!there) profile.components.push_back({name, Json::object()});
        }
        std::erase_if(profile.components, [&](const auto& choice) { return choice.name == component; });
        profile.components.push_back({component, config});
        return {};
      },
      watch);
}

Result<Json> uninstall_component(Cloud& cloud, const std::string& component, const Watch& watch) {
  return cloud.install(
      [&](Profile& profile) -> Status {
        std::erase_if(profile.components, [&](const auto& choice) { return choice.name == component; });
        return {};
      },
      watch);
}

Status record_component(Cloud& cloud, const std::string& component, const std::string& by, const Json& config,
                        const Watch& watch) {
  return cloud.edit_deployment(
      [&](const std::optional<Deployment>& there) -> Json {
        if (!there) return Json::object();
        const auto found = there->components.find(component);
        const bool known = found != there->components.end();
        if (config.is_null()) return known ? Json{{"components", {{component, nullptr}}}} : Json::object();
        if (known && found->second.by == by && found->second.config == config) return Json::object();
        Json change = config;
        if (known)
          for (const auto& [key, value] : found->second.config.items())
            if (!config.contains(key)) change[key] = nullptr;
        return {{"components", {{component, {{"by", by}, {"config", change}}}}}};
      },
      watch);
}

}  // namespace microstack
