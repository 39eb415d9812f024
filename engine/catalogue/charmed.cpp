#include "engine/catalogue/charmed.h"

#include <algorithm>
#include <set>

namespace microstack {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

bool is_endpoint(const std::string& text) {
  const auto colon = text.find(':');
  return colon != std::string::npos && colon > 0 && colon + 1 < text.size() &&
         text.find(':', colon + 1) == std::string::npos;
}

}  // namespace

std::string application_of(const std::string& endpoint) {
  return endpoint.substr(0, endpoint.find(':'));
}

const Component* component_of_application(const std::vector<Component>& components,
                                          const std::string& application) {
  for (const Component& component : components)
    if (component.juju)
      for (const auto& each : component.juju->applications)
        if (each.name == application) return &component;
  return nullptr;
}

std::vector<Error> check_charmed(const std::vector<Component>& components) {
  std::vector<Error> errors;
  std::set<std::string> applications;
  for (const Component& component : components)
    if (component.juju)
      for (const auto& application : component.juju->applications)
        if (!applications.insert(application.name).second)
          errors.push_back(ask("application " + application.name + " is in two components",
                               component.source_file, {}, {"juju", "applications"}));
  const auto wrong = [&](const Component& component, std::string what, const char* key) {
    errors.push_back(
        ask("component " + component.name + ": " + what, component.source_file, {}, {"juju", key}));
  };
  for (const Component& component : components) {
    if (!component.juju) continue;
    for (const auto& application : component.juju->applications)
      if (!is_number(application.scale) && std::none_of(std::begin(scale_words), std::end(scale_words),
                                                        [&](auto word) { return application.scale == word; }))
        wrong(component, "scale \"" + application.scale + "\" of " + application.name + " is not known",
              "applications");
    for (const auto& pair : component.juju->integrations) {
      if (pair.size() != 2 || !is_endpoint(pair[0]) || !is_endpoint(pair[1])) {
        wrong(component, "an integration is two texts application:endpoint", "integrations");
        continue;
      }
      for (const auto& end : pair)
        if (!applications.contains(application_of(end)))
          wrong(component, "there is no application " + application_of(end), "integrations");
    }
    for (const auto& offer : component.juju->offers)
      if (!applications.contains(offer.application))
        wrong(component, "there is no application " + offer.application, "offers");
    for (const auto& [application, config] : component.juju->settings)
      if (!applications.contains(application))
        wrong(component, "there is no application " + application, "settings");
  }
  return errors;
}

}  // namespace microstack
