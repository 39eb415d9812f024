#include "juju-plugin/component_arguments.h"

#include "engine/base/fields.h"
#include "engine/base/yaml.h"

namespace microstack::plugin {
namespace {

template <class Things>
std::string perhaps(const std::string& word, const Things& things) {
  std::vector<std::string_view> known;
  std::string all;
  for (const auto& thing : things) {
    known.push_back(thing.name);
    all += (all.empty() ? "" : ", ") + thing.name;
  }
  const auto near = did_you_mean(word, known);
  if (near) return "did you mean " + *near + "?";
  return all.empty() ? "it has none" : "there are: " + all;
}

bool fits(const std::string& type, const Json& value) {
  const auto texts = [](const Json& all) {
    for (const auto& one : all)
      if (!one.is_string()) return false;
    return true;
  };
  if (type == "number") return value.is_number();
  if (type == "bool") return value.is_boolean();
  if (type == "list(string)") return value.is_array() && texts(value);
  if (type == "map(string)") return value.is_object() && texts(value);
  return value.is_string();
}

}  // namespace

Result<const Component*> component_named(const Catalogue& catalogue, const std::string& name) {
  if (const auto* found = catalogue.find(name)) return found;
  return ask("there is no component " + name, {}, perhaps(name, catalogue.components()), {"COMPONENT"});
}

Result<Json> changed_config(const Component& component, Json config, const std::vector<std::string>& words) {
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return ask("\"" + word + "\" is no key=value", component.name, {}, {"KEY=VALUE"});
    const auto key = word.substr(0, equals), text = word.substr(equals + 1);
    const Component::Attribute* attribute = nullptr;
    for (const auto& one : component.attributes)
      if (one.name == key) attribute = &one;
    if (!attribute)
      return ask(component.name + " has no configuration " + key, {}, perhaps(key, component.attributes),
                 {key});
    if (text.empty()) {
      config.erase(key);
      if (!attribute->default_value.is_null()) config[key] = attribute->default_value;
      continue;
    }
    Json value = text;
    if (attribute->type != "string") {
      const auto parsed = parse_yaml(text, {});
      if (parsed) value = parsed->value;
    }
    if (!fits(attribute->type, value))
      return ask(key + " of " + component.name + " is to be a " + attribute->type + ", not \"" + text + "\"",
                 {}, {}, {key});
    config[key] = std::move(value);
  }
  return config;
}

Json effective_config(const Component& component, const Json& config) {
  Json all = Json::object();
  for (const auto& attribute : component.attributes)
    all[attribute.name] = config.contains(attribute.name) ? config[attribute.name] : attribute.default_value;
  return all;
}

Status may_change(const Deployment& deployment, const std::string& component, bool force) {
  const auto found = deployment.components.find(component);
  if (force || found == deployment.components.end() || found->second.by != "terraform") return {};
  return ask(
      component + " is managed by terraform", deployment.cluster.id,
      "change it in its configuration and apply; or take it over with --force: Terraform then shows the "
      "difference in its next plan");
}

}  // namespace microstack::plugin
