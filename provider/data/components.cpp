#include "provider/data/sources.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct ComponentEntry {
  Attr<std::string> name;
  Attr<std::string> title;
  Attr<std::string> description;
  Attr<bool> optional;
  Attr<std::vector<std::string>> needs;
  Attr<std::vector<std::string>> roles;
  Attr<std::int64_t> memory_mib;
  static auto schema() {
    return model<ComponentEntry>(
        "A component.", attribute("name", &ComponentEntry::name).computed().doc("Its name."),
        attribute("title", &ComponentEntry::title).computed().doc("What it is."),
        attribute("description", &ComponentEntry::description).computed().doc("What it does."),
        attribute("optional", &ComponentEntry::optional)
            .computed()
            .doc("Whether it is a resource of its own; the others are in every cluster."),
        attribute("needs", &ComponentEntry::needs).computed().doc("Components it needs."),
        attribute("roles", &ComponentEntry::roles).computed().doc("Nodes with one of these roles run it."),
        attribute("memory_mib", &ComponentEntry::memory_mib).computed().doc("Memory it needs, MiB."));
  }
};

struct Components {
  Attr<std::vector<ComponentEntry>> components;
  Attr<std::string> catalogue_version;
  static auto schema() {
    return model<Components>(
        "What this provider can install.",
        attribute("components", &Components::components).computed().doc("All components, by name."),
        attribute("catalogue_version", &Components::catalogue_version)
            .computed()
            .doc("Hash of their files."));
  }
};

class ComponentsSource : public DataSource<Components> {
 public:
  explicit ComponentsSource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "components"; }
  Status read(Components& all, Call&) override {
    all.components.emplace();
    for (const auto& component : clouds_.catalogue().components()) {
      ComponentEntry entry;
      entry.name = component.name;
      entry.title = component.title;
      entry.description = component.description;
      entry.optional = component.optional;
      entry.needs = component.needs;
      entry.roles = component.roles;
      entry.memory_mib = component.memory_mib;
      all.components->push_back(std::move(entry));
    }
    all.catalogue_version = clouds_.catalogue().version();
    return {};
  }

 private:
  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyDataSource> components_source(Clouds& clouds) {
  return std::make_unique<ComponentsSource>(clouds);
}

}  // namespace microstack::provider
