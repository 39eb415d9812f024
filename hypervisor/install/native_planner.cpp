#include "hypervisor/install/native_planner.h"

#include <algorithm>
#include <optional>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/catalogue/catalogue.h"
#include "engine/catalogue/facts.h"
#include "engine/host/local_host.h"
#include "engine/substrate/native/membership.h"
#include "engine/substrate/native/native.h"
#include "hypervisor/install/virtualization.h"

namespace microstack {

namespace {

constexpr const char* nowhere = "127.0.0.1";

class NativePlanner : public Planner {
 public:
  NativePlanner(const Places& places, Catalogue catalogue, Probe probe)
      : places_(places), catalogue_(std::move(catalogue)), probe_(std::move(probe)) {}

  Result<Plan> plan(const Profile& profile, Stage stage) override {
    MS_TRY(const auto facts, prepare(profile));
    const auto part = stage == Stage::prepare        ? native::Stage::prepare
                      : stage == Stage::certificates ? native::Stage::certificates
                                                     : native::Stage::all;
    return native::plan(profile, catalogue_, facts, tools_->tools, part);
  }

  Result<bool> settle(const Profile& profile, const RunOptions& options) override {
    MS_TRY(const auto facts, prepare(profile));
    const Json& compute = facts["components"]["compute"];
    const auto wish = compute.is_object() ? compute.value("virtualization", "auto") : "qemu";
    if (wish == "qemu") return false;
    LocalHost host;
    MS_TRY(auto found, try_virtualization(host, places_, options.stop));
    if (!found) {  // QEMU comes with the packages, which the node needs in any case
      MS_TRY(const auto packages,
             native::plan(profile, catalogue_, facts, tools_->tools, native::Stage::packages));
      RunOptions within = options;
      within.events = [&](const Event& event) {
        if (event.kind != Event::Kind::done && event.kind != Event::Kind::plan) options.events(event);
      };
      auto outcome = execute(packages, within);
      if (!outcome.ok()) return std::move(*outcome.error);
      MS_TRY(found, try_virtualization(host, places_, options.stop));
    }
    const bool kvm = found && found->type == "kvm";
    const std::string why = found ? found->reason : "there is no QEMU";
    if (!kvm && wish == "kvm")
      return ask("guests do not run under KVM on this node: " + why, profile.node.name,
                 "switch virtualization on in the firmware, or let guests be emulated: virtualization: qemu",
                 {"components", "compute", "config", "virtualization"});
    if (!kvm && options.events)
      options.events({.kind = Event::Kind::progress,
                      .run = options.run,
                      .step = "test-boot",
                      .title = "Guests are emulated: " + why});
    observed_.reset();
    return true;
  }

  Result<Plan> orphans(const Profile& profile, const std::vector<std::string>& step_ids) override {
    MS_TRY([[maybe_unused]] const auto facts, prepare(profile));
    return native::orphans(step_ids, tools_->tools);
  }

  Result<Plan> leaving(const Profile& before, const Profile& now) override {
    MS_TRY(const auto facts_now, prepare(now));  // first: its secrets count
    MS_TRY(const auto facts_before, prepare(before));
    return native::leaving(before, facts_before, now, facts_now, catalogue_, tools_->tools);
  }

  Result<Plan> seal(const Profile& profile) override {
    MS_TRY(const auto facts, prepare(profile));
    return native::seal(profile, catalogue_, facts, tools_->tools);
  }

  Result<ImageRecipe> image(const std::string& name, const std::vector<std::string>& components,
                            const std::vector<std::string>& roles) override {
    MS_TRY(const Json release, catalogue_.release(name));
    std::vector<std::string> names = components;
    if (names.empty())
      for (const auto& component : catalogue_.components()) names.push_back(component.name);
    MS_TRY(names, catalogue_.closure(names));
    ImageRecipe recipe;
    recipe.image.release = name;
    recipe.image.suite = release.value("suite", recipe.image.suite);
    recipe.image.mirror = release.value("mirror", recipe.image.mirror);
    MS_TRY(recipe.image.packages, native::packages(catalogue_, names, roles));
    for (const auto& package : release.value("base_packages", Json::array()))
      recipe.image.packages.push_back(package);

    // A node that is all by itself: nothing of its addresses stays.
    auto& profile = recipe.profile;
    profile.cluster.name = profile.node.name = "prepare";
    profile.cluster.release = name;
    profile.node.roles = roles;
    profile.node.addresses["management"] = profile.control.api_address = profile.network.tunnel_ip = nowhere;
    profile.control.members = {nowhere};
    for (const auto& component : names)
      if (runs_on(*catalogue_.find(component), roles))
        profile.components.push_back({component, Json::object()});
    // Planned for no machine in particular, so that the name is the same everywhere.
    Held held(true, profile, places_);
    MS_TRY(const auto facts, node_facts(profile, catalogue_, Json::object()));
    MS_TRY(const auto plan, native::plan(profile, catalogue_, facts, held.tools, native::Stage::prepare));
    std::string inputs;
    for (const auto& node : plan.nodes()) inputs += node.step->id() + " " + node.step->inputs().dump() + "\n";
    recipe.prepared = "native-" + sha256_hex(inputs).substr(0, 16);
    return recipe;
  }

  NodeStatus status(const Profile& profile, const RunOptions& options) override {
    const auto facts = prepare(profile);
    if (!facts) return {.error = facts.error()};
    auto found = native::status(profile, catalogue_, *facts, tools_->tools, options);
    if (!found) return {.error = found.error()};
    auto answer = native::to_json(*found);
    if (auto said = this->facts(profile)) answer["facts"] = std::move(*said);
    return {std::move(answer), !found->differences.empty(), std::move(found->error)};
  }

  Result<Plan> joining(const Profile& control, const std::vector<Profile>& nodes) override {
    MS_CHECK(as_control(control));
    return native::joining(nodes, catalogue_, tools_->tools);
  }

  Result<Plan> parting(const Profile& control, const std::vector<Profile>& nodes) override {
    MS_CHECK(as_control(control));
    return native::parting(nodes, catalogue_, tools_->tools);
  }

  Result<std::map<std::string, std::string>> handed_over(const Profile& node) override {
    return native::handed_over(node, catalogue_, tools_->tools);
  }

  // Of the facts the texts are rendered against, those that others ask for; and the authority that signed the
  // endpoints.
  Result<Json> facts(const Profile& profile) override {
    MS_TRY(const auto all, prepare(profile));
    Json said = Json::object();
    for (const char* key : {"cluster", "node", "control", "api", "urls", "probe"})
      if (all.contains(key)) said[key] = all[key];
    said["catalogue_version"] = catalogue_.version();
    said["components"] = Json::object();
    for (const auto& choice : profile.components) said["components"][choice.name] = choice.config;
    MS_TRY(const auto authority, read_file(std::string(tls_folder) + "/ca.crt"));
    if (authority) said["ca"] = *authority;
    return said;
  }

 private:
  // The steps' tools stay for as long as any plan: secrets given by the first profile count.
  struct Held {
    Held(bool draws, const Profile& profile, const Places& places)
        : secrets(host, draws, profile.secrets, places.state + "/secrets"), tools(host, secrets) {}
    LocalHost host;
    Secrets secrets;
    native::Tools tools;
  };

  Status as_control(const Profile& control) {
    if (!control.has_role("control"))
      return ask("this node is no control node", control.node.name,
                 "ask one: " + control.control.members.front());
    MS_TRY(const Json facts, prepare(control));
    return {};
  }

  Result<Json> prepare(const Profile& profile) {
    if (!tools_) {
      const auto& members = profile.control.members;
      const auto own = profile.node.addresses.find("management");
      // Only the first control node draws secrets; every other node is given those it may know.
      const bool draws =
          !members.empty() && own != profile.node.addresses.end() && members.front() == own->second;
      tools_.emplace(draws, profile, places_);
    }
    if (!observed_) {
      MS_TRY(observed_, probe_());
    }
    return node_facts(profile, catalogue_, *observed_);
  }

  const Places places_;
  const Catalogue catalogue_;
  const Probe probe_;
  std::optional<Held> tools_;
  std::optional<Json> observed_;
};

}  // namespace

Result<std::unique_ptr<Planner>> native_planner(const Places& places, Probe probe) {
  MS_TRY(auto catalogue, Catalogue::load_embedded());
  return std::unique_ptr<Planner>(
      std::make_unique<NativePlanner>(places, std::move(catalogue), std::move(probe)));
}

}  // namespace microstack
