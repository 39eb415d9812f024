#include "engine/cloud/components.h"

#include <algorithm>
#include <mutex>
#include <thread>

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

std::vector<Profile::ComponentChoice> choices_for(const Profile& first, const Catalogue& catalogue,
                                                  const std::vector<std::string>& roles) {
  std::vector<Profile::ComponentChoice> choices;
  for (const auto& choice : first.components)
    if (const auto* component = catalogue.find(choice.name);
        component != nullptr && runs_on(*component, roles))
      choices.push_back(choice);
  return choices;
}

namespace {

bool is_same(const std::vector<Profile::ComponentChoice>& a, const std::vector<Profile::ComponentChoice>& b) {
  const auto by_name = [](const auto& choices) {
    std::map<std::string, Json> configs;
    for (const auto& choice : choices) configs[choice.name] = choice.config;
    return configs;
  };
  return by_name(a) == by_name(b);
}

Status align(Cloud& cloud, const Catalogue& catalogue, const std::string& component, const Profile& first,
             ClusterNode& node, const Watch& watch) {
  MS_TRY(auto profile, node.profile());
  if (!profile) return {};  // it was never installed: it joins with all of them
  auto choices = choices_for(first, catalogue, profile->node.roles);
  for (auto& choice : choices)  // settings of its own that the node has: of all but the one that is spread
    for (const auto& own : profile->components)
      if (own.name == choice.name && own.name != component) choice.config = own.config;
  if (is_same(choices, profile->components)) return {};
  profile->components = std::move(choices);
  MS_CHECK(cloud.join(*profile, watch));
  MS_TRY([[maybe_unused]] const Json facts, node.install(*profile, watch));
  return {};
}

}  // namespace

std::vector<Error> spread_component(Cloud& cloud, const Catalogue& catalogue, const std::string& component,
                                    const PlaceOf& place_of, const Watch& watch) {
  const auto deployment = cloud.deployment();
  if (!deployment) return {deployment.error()};
  const auto first = cloud.profile();
  if (!first) return {first.error()};
  const auto* found = catalogue.find(component);
  if (!*deployment || !*first || found == nullptr) return {};
  std::vector<Error> errors;
  std::mutex mutex;  // of the errors
  {
    std::vector<std::jthread> all;
    for (const auto& [name, member] : (*deployment)->members) {
      if (name == cloud.machine() || !runs_on(*found, member.roles)) continue;
      all.emplace_back([&, &member = member] {
        const auto done = [&]() -> Status {
          MS_TRY(const auto place, place_of(member));
          ClusterNode node = cloud.member(member.name, place);
          return align(cloud, catalogue, component, **first, node, watch);
        }();
        if (done) return;
        const std::lock_guard lock(mutex);
        errors.push_back(doing("node " + member.name, done.error()));
      });
    }
  }
  return errors;
}

std::vector<std::string> component_drift(const Deployment& deployment, const Catalogue& catalogue,
                                         const std::vector<std::string>& roles, const Json& running) {
  std::vector<std::string> drift;
  for (const auto& component : catalogue.components()) {
    if (!component.optional || !runs_on(component, roles)) continue;
    const auto wanted = deployment.components.find(component.name);
    const bool is = running.contains(component.name), should = wanted != deployment.components.end();
    if (should && !is) drift.push_back("component " + component.name + " is missing");
    if (is && !should) drift.push_back("component " + component.name + " is no part of the cluster any more");
    if (is && should && running.at(component.name) != wanted->second.config)
      drift.push_back("component " + component.name + " has other settings than the cluster's");
  }
  return drift;
}

}  // namespace microstack
