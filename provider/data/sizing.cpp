#include "provider/data/sources.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct Sizing {
  Attr<std::vector<std::string>> components;
  Attr<std::vector<std::string>> roles;
  Attr<std::vector<std::string>> installed;
  Attr<std::int64_t> memory_mib;
  Attr<std::int64_t> disk_mib;
  static auto schema() {
    return model<Sizing>(
        "What a node needs for some components, before anything is made.",
        attribute("components", &Sizing::components)
            .optional()
            .doc("Optional components to install; what every cluster has, and what they need, is added."),
        attribute("roles", &Sizing::roles)
            .optional()
            .doc("Roles of the node: `control`, `compute`, `network`, `storage`; all of them when null."),
        attribute("installed", &Sizing::installed).computed().doc("All that is installed, in order."),
        attribute("memory_mib", &Sizing::memory_mib)
            .computed()
            .doc("Memory that it takes at rest, without guests, MiB."),
        attribute("disk_mib", &Sizing::disk_mib).computed().doc("Disk that it takes, MiB."));
  }
};

class SizingSource : public DataSource<Sizing> {
 public:
  explicit SizingSource(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "sizing"; }
  Status read(Sizing& sizing, Call&) override {
    const Catalogue& catalogue = clouds_.catalogue();
    auto wanted = catalogue.core();
    if (sizing.components.is_known())
      wanted.insert(wanted.end(), sizing.components->begin(), sizing.components->end());
    MS_TRY(const auto installed, catalogue.closure(wanted));
    const auto roles = sizing.roles.value_or({"control", "compute", "network", "storage"});
    sizing.installed = installed;
    sizing.memory_mib = catalogue.memory_mib(installed, roles);
    sizing.disk_mib = catalogue.disk_mib(installed, roles);
    return {};
  }

 private:
  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyDataSource> sizing_source(Clouds& clouds) {
  return std::make_unique<SizingSource>(clouds);
}

}  // namespace microstack::provider
