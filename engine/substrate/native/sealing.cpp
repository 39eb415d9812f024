#include "engine/substrate/native/sealing.h"

#include "engine/steps/database.h"
#include "engine/substrate/native/recipe.h"

namespace microstack::native {
namespace {

// Everything the prepare stage left that must be in no image.
class Wiped : public Step {
 public:
  explicit Wiped(Host& host) : host_(host) {}

  std::string id() const override { return "wiped"; }
  std::string title() const override { return "Take out secrets and records"; }
  std::string host() const override { return host_.name(); }
  Json inputs() const override { return Json::array({"secrets", "undo", "restart"}); }
  Result<Truth> check(StepContext& context) override {
    for (const char* path : paths) {
      MS_TRY(const auto found, host_.run(Command{{"test", "-e", path}}, context.stop));
      if (found.ok()) return Truth::no(std::string(path) + " is still there");
    }
    return Truth::yes();
  }
  Status apply(StepContext&) override {
    for (const char* path : paths) MS_CHECK(host_.remove(path));
    return {};
  }
  Status undo(StepContext&) override { return {}; }

 private:
  static constexpr const char* paths[] = {"/var/lib/microstack/secrets", "/var/lib/microstack/undo",
                                          "/var/lib/microstack/restart"};
  Host& host_;
};

// An image starts nothing of the cloud by itself: what boots on it decides anew, whatever the packages had chosen.
class Dormant : public Step {
 public:
  Dormant(Systemd& systemd, std::vector<std::string> units) : systemd_(systemd), units_(std::move(units)) {
    for (const std::string& unit : units_) systemd_.watch(unit);
  }

  std::string id() const override { return "dormant"; }
  std::string title() const override { return "No unit of the cloud starts at boot"; }
  std::string host() const override { return {}; }
  Json inputs() const override { return units_; }
  // A static unit counts as enabled and cannot be otherwise: whether it was done is all there is to know.
  Result<Truth> check(StepContext&) override {
    return done_ ? Truth::yes() : Truth::no("units may start at boot");
  }
  Status apply(StepContext& context) override {
    std::vector<std::string> unmask, disable;
    for (const std::string& unit : units_) {
      MS_TRY(const auto state, systemd_.state(unit, context.stop));
      if (state.masked) unmask.push_back(unit);
      if (state.found && state.enabled && !state.masked) disable.push_back(unit);
    }
    MS_CHECK(systemd_.unmask(unmask, context.stop));
    MS_CHECK(systemd_.disable(disable, context.stop));
    MS_CHECK(systemd_.reload(context.stop));
    done_ = true;
    return {};
  }
  Status undo(StepContext&) override { return {}; }

 private:
  Systemd& systemd_;
  std::vector<std::string> units_;
  bool done_ = false;
};

std::vector<std::string> units_of(const Json& boot) {
  std::vector<std::string> units;
  for (const char* list : {"enabled", "masked"})
    for (const auto& unit : boot.value(list, Json::array())) units.push_back(unit);
  return units;
}

}  // namespace

Result<Truth> Absent::check(StepContext& context) {
  MS_TRY(const Truth truth, step_->check(context));
  return truth.holds ? Truth::no("still there: " + step_->title()) : Truth::yes();
}

// Database users first (the server must still run), then the units, then files and keys, at last secrets and records.
Result<Plan> seal(const Profile& profile, const Catalogue& catalogue, const Json& facts, Tools& tools) {
  MS_TRY(Recipe recipe, native::recipe(profile, catalogue, facts, tools));
  const auto chosen = prepared(recipe);
  Plan plan;
  std::vector<std::string> users, units, all;
  const auto add = [&](std::unique_ptr<Step> step, const std::vector<std::string>& after) {
    auto absent = std::make_unique<Absent>(std::move(step));
    all.push_back(absent->id());
    plan.add(std::move(absent), after);
    return all.back();
  };
  for (Entry& entry : recipe.entries)
    if (entry.kind == Entry::Kind::database && chosen.contains(entry.step->id()))
      users.push_back(add(std::make_unique<DatabaseStep>(tools.host, tools.secrets, entry.component,
                                                         catalogue.find(entry.component)->native.databases,
                                                         DatabaseStep::Undo::users),
                          {}));
  for (Entry& entry : recipe.entries) {
    if (entry.kind != Entry::Kind::unit || !chosen.contains(entry.step->id())) continue;
    if (entry.step->inputs().contains("enabled")) {
      entry.step = std::make_unique<Dormant>(tools.systemd, units_of(entry.step->inputs()));
      all.push_back(entry.step->id());
      units.push_back(all.back());
      plan.add(std::move(entry.step), users);
    } else {
      units.push_back(add(std::move(entry.step), users));
    }
  }
  for (Entry& entry : recipe.entries) {
    if (entry.step == nullptr || !chosen.contains(entry.step->id())) continue;
    if (entry.kind == Entry::Kind::file || entry.kind == Entry::Kind::certificate ||
        entry.kind == Entry::Kind::authority)
      add(std::move(entry.step), units);
  }
  const std::vector<std::string> before = all;
  plan.add(std::make_unique<Wiped>(tools.host), before);
  MS_CHECK(plan.validate());
  return plan;
}

}  // namespace microstack::native
