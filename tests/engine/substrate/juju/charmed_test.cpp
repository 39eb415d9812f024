// Planning, deploying, looking at, changing and removing a charmed cloud, against the test controller.
#include "engine/substrate/juju/charmed.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include "engine/clients/juju/applications.h"
#include "engine/substrate/juju/cloud_status.h"
#include "engine/substrate/juju/record.h"
#include "engine/substrate/juju/removal.h"
#include "tests/support/juju_controller/disturbed_world.h"

using namespace microstack;
using testing::DisturbedWorld;

namespace {

const Catalogue& catalogue() {
  static const Catalogue loaded = [] {
    auto all = Catalogue::load_embedded();
    if (!all) FAIL(all.error().text());
    return std::move(*all);
  }();
  return loaded;
}

Deployment wished(charmed::Wish wish = {}, const std::vector<std::string>& features = {}) {
  std::map<std::string, Deployment::Managed> components;
  for (const auto& name : features) components[name] = {"terraform"};
  return charmed::deployment_of("demo", "RegionOne", wish, components);
}

charmed::Topology topology_of(const Deployment& deployment) {
  auto made = charmed::topology(deployment, catalogue());
  if (!made) FAIL(made.error().text());
  return std::move(*made);
}

void require_golden(const std::string& name, const std::string& text) {
  const std::string path = MS_SOURCE_DIR "/tests/engine/substrate/juju/golden/" + name;
  if (std::getenv("MICROSTACK_WRITE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ostringstream golden;
  golden << std::ifstream(path).rdbuf();
  REQUIRE(golden.str() == text);
}

// What a program that starts knows: nothing.
struct Program {
  explicit Program(DisturbedWorld& world) : tools(world.controller(), "openstack") {
    tools.waits.call = std::chrono::seconds(20);
    tools.waits.removal = std::chrono::seconds(2);
    tools.waits.forced = std::chrono::seconds(10);
    tools.patience = std::chrono::milliseconds(200);
    tools.poll = std::chrono::milliseconds(1);
  }
  Outcome apply(const charmed::Topology& topology, const charmed::Scope& scope = {}) {
    auto plan = charmed::plan(topology, tools, scope);
    if (!plan) FAIL(plan.error().text());
    return execute(*plan, charmed::run_options());
  }
  std::vector<std::string> differences(const charmed::Topology& topology, const charmed::Scope& scope = {}) {
    auto seen = charmed::observe(topology, tools, scope);
    if (!seen) FAIL(seen.error().text());
    std::vector<std::string> texts;
    for (const auto& difference : seen->differences) texts.push_back(difference.text);
    return texts;
  }
  charmed::Tools tools;
};

void require_ok(const Outcome& outcome) {
  if (outcome.error) FAIL(outcome.error->text());
}

// Ids of the steps that changed something.
std::set<std::string> applied(const Outcome& outcome) {
  std::set<std::string> ids;
  for (const auto& step : outcome.steps)
    if (step.state == StepOutcome::State::applied) ids.insert(step.id);
  return ids;
}

using Ids = std::set<std::string>;
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("the plans of the core and of a large cloud with all features are the golden ones") {
  DisturbedWorld world;
  Program program(world);
  const auto text = [&](const Deployment& deployment) {
    auto plan = charmed::plan(topology_of(deployment), program.tools);
    if (!plan) FAIL(plan.error().text());
    return plan->text();
  };
  require_golden("core.txt", text(wished()));
  charmed::Wish large;
  large.topology = "large";
  require_golden("large-all-features.txt", text(wished(large, charmed::features(catalogue()))));
  auto removal = charmed::removal_plan(topology_of(wished({}, {"heat"})), program.tools);
  REQUIRE(removal);
  require_golden("removal.txt", removal->text());
  CHECK(world.calls() == DisturbedWorld().calls());  // planning asked nobody
}

TEST_CASE("the core is deployed, a second apply changes nothing, single changes change only themselves") {
  for (const int major : {4, 3}) {
    CAPTURE(major);
    DisturbedWorld world(major);
    Program program(world);
    const auto topology = topology_of(wished());
    require_ok(program.apply(topology));
    world.server().with([&](testing::World& w) {
      auto& model = w.model_named("openstack");
      CHECK(model.applications.size() == topology.applications.size());
      CHECK(model.offers.size() == topology.offers.size());
      for (const auto& wanted : topology.applications) {
        CAPTURE(wanted.name);
        const auto& there = model.applications.at(wanted.name);
        CHECK(there.charm.name == wanted.charm);
        CHECK(there.channel == wanted.channel);
        CHECK(there.base == wanted.base);
        CHECK(there.trust == wanted.trust);
        CHECK(there.units.size() == 1);
      }
    });
    CHECK(program.differences(topology) == Texts{});
    CHECK(applied(program.apply(topology)).empty());

    charmed::Wish wish;
    wish.scale["nova"] = 3;
    CHECK(program.differences(topology_of(wished(wish))) == Texts{"nova has 1 units, not 3"});
    const auto scaled = program.apply(topology_of(wished(wish)));
    require_ok(scaled);
    CHECK(applied(scaled).contains("scale:nova"));
    wish.channels["keystone"] = "2025.1/candidate";
    const auto refreshed = program.apply(topology_of(wished(wish)));
    require_ok(refreshed);
    CHECK(applied(refreshed).contains("channel:keystone"));
    wish.config["keystone"]["debug"] = "true";
    const auto configured = program.apply(topology_of(wished(wish)));
    require_ok(configured);
    CHECK(applied(configured).contains("config:keystone"));
    for (const auto* outcome : {&scaled, &refreshed, &configured})
      for (const auto& id : applied(*outcome))
        CHECK((id.starts_with("active:") || id == "scale:nova" || id == "channel:keystone" ||
               id == "config:keystone"));
    CHECK(world.server().violations() == Texts{});
    require_ok({.error = [&]() -> std::optional<Error> {
      auto gone = charmed::remove(topology, program.tools, {}, charmed::run_options());
      return gone ? std::nullopt : std::optional(gone.error());
    }()});
    world.server().with([](testing::World& w) { CHECK(w.models.empty()); });
  }
}

TEST_CASE("drift of integrations, offers, config, scale, trust and applications is named and repaired") {
  DisturbedWorld world;
  Program program(world);
  const auto topology = topology_of(wished());
  require_ok(program.apply(topology));
  world.server().with([](testing::World& w) {
    auto& model = w.model_named("openstack");
    std::erase_if(model.relations, [](const auto& relation) {
      return relation.key().find("placement:placement") != std::string::npos;
    });
    model.offers.erase("keystone-ops");
    model.applications.at("keystone").config["region"] = "Elsewhere";
    model.applications.at("mysql").trust = false;
    model.applications.at("rabbitmq").channel = "3.9/stable";
    w.set_units(model, model.applications.at("glance"), 2);
  });
  Program later(world);
  const auto found = later.differences(topology);
  const std::set<std::string> texts(found.begin(), found.end());
  CHECK(texts == std::set<std::string>{
                     "nova:placement is not integrated with placement:placement",
                     "offer keystone-ops is missing",
                     "region of keystone is \"Elsewhere\", not \"RegionOne\"",
                     "application mysql is not trusted",
                     "rabbitmq follows 3.9/stable, not 3.12/stable",
                     "glance has 2 units, not 1",
                 });
  require_ok(later.apply(topology));
  CHECK(later.differences(topology) == Texts{});
}

TEST_CASE("each feature comes and goes without touching anything else") {
  DisturbedWorld world;
  Program program(world);
  require_ok(program.apply(topology_of(wished())));
  std::string core;
  world.server().with([&](testing::World& w) {
    for (const auto& [name, application] : w.model_named("openstack").applications) core += name + " ";
  });
  for (const auto& feature : charmed::features(catalogue())) {
    CAPTURE(feature);
    const auto topology = topology_of(wished({}, {feature}));
    charmed::Scope scope;  // with the features it needs
    for (const auto& component : topology.components)
      if (!topology.core.contains(component)) scope.insert(component);
    const auto on = program.apply(topology, scope);
    require_ok(on);
    CHECK(program.differences(topology, scope) == Texts{});
    CHECK(program.differences(topology, charmed::cluster_scope(topology)) == Texts{});
    const auto off = charmed::remove(topology, program.tools, scope, charmed::run_options());
    if (!off) FAIL(off.error().text());
    std::string left;
    world.server().with([&](testing::World& w) {
      for (const auto& [name, application] : w.model_named("openstack").applications)
        if (topology.core.contains(topology.find(name)->component)) left += name + " ";
    });
    CHECK(left == core);
    program.tools.view.changed();
    CHECK(program.differences(topology_of(wished())) == Texts{});
  }
}

TEST_CASE("a unit that stays blocked holds back the others' end, not their deployment") {
  DisturbedWorld world;
  world.server().with([](testing::World& w) {
    w.story.held["nova/0"] = {"blocked", "amqp relation missing"};
  });
  Program program(world);
  const auto topology = topology_of(wished());
  const auto outcome = program.apply(topology);
  REQUIRE(outcome.error);
  CHECK(outcome.error->text().find("nova/0 is blocked: amqp relation missing, since 20") !=
        std::string::npos);
  for (const auto& step : outcome.steps) {
    CAPTURE(step.id);
    CHECK((step.state == StepOutcome::State::applied || step.state == StepOutcome::State::held ||
           step.id == "active:nova"));
  }
  auto seen = charmed::observe(topology, program.tools);
  REQUIRE(seen);
  const auto status = charmed::cloud_status("demo", topology, catalogue(), *seen);
  CHECK(status.state == "blocked");
  world.server().with([](testing::World& w) { w.story.held.clear(); });
  program.tools.view.changed();
  require_ok(program.apply(topology));
}

TEST_CASE("a refusal by quota or right is told with its fix, and the next apply goes on") {
  DisturbedWorld world;
  const auto refuse = [&](const std::string& message, const std::string& code) {
    world.server().with([&](testing::World&) {
      world.server().refuse["Application.DeployFromRepository"] = {message, code, 3};
    });
  };
  const auto topology = topology_of(wished());
  refuse("quota limit exceeded: 20 applications", "quota limit exceeded");
  Program program(world);
  auto outcome = program.apply(topology);
  REQUIRE(outcome.error);
  CHECK(outcome.error->text().find("raise the quota") != std::string::npos);
  refuse("permission denied", "unauthorized access");
  outcome = program.apply(topology);
  REQUIRE(outcome.error);
  CHECK(outcome.error->text().find("have an administrator grant the right") != std::string::npos);
  world.server().with([&](testing::World&) { world.server().refuse.clear(); });
  require_ok(program.apply(topology));
}

TEST_CASE("a connection cut at any of its frames ends bounded with the cause, and the next apply finishes") {
  const auto topology = topology_of(wished());
  int frames = 0;
  {
    DisturbedWorld world;
    world.server().server().cut_at(0);
    Program program(world);
    require_ok(program.apply(topology));
    frames = world.server().server().frames();
  }
  for (int n = 1; n <= frames; n += 1 + frames / 12) {
    CAPTURE(n, frames);
    DisturbedWorld world;
    Program program(world);
    world.server().server().cut_at(n);
    const auto first = program.apply(topology);
    if (first.error) {
      CHECK(first.error->text().find("lost") != std::string::npos);
    }
    Program again(world);
    require_ok(again.apply(topology));
    CHECK(again.differences(topology) == Texts{});
  }
}

TEST_CASE("removal is forced where it must be, names what survives, and leaves what is not ours") {
  DisturbedWorld world;
  Program program(world);
  program.tools.waits.removal = std::chrono::milliseconds(300);
  const auto topology = topology_of(wished());
  require_ok(program.apply(topology));
  world.server().with([](testing::World& w) {
    auto& model = w.model_named("openstack");
    w.deploy(model, "grafana", w.charmhub.at("keystone-k8s"), 1);
    w.story.stuck.insert("mysql");
  });
  std::string warning;
  const auto removed = charmed::remove(topology, program.tools, {}, charmed::run_options(),
                                       [&](const std::string& text) { warning = text; });
  if (!removed) FAIL(removed.error().text());
  CHECK(warning.find("grafana") != std::string::npos);
  world.server().with([](testing::World& w) {
    auto& model = w.model_named("openstack");
    REQUIRE(model.applications.size() == 1);
    CHECK(model.applications.contains("grafana"));
  });
}

TEST_CASE("the record is one truth: somebody who was overtaken is told, and change_record goes on top") {
  DisturbedWorld world;
  world.add_model();
  charmed::JujuRecord one(world.view()), other(world.view());
  const auto limit = [] { return juju::Limit::of(std::chrono::seconds(20)); };
  REQUIRE_FALSE(*one.read(limit()));
  const auto named = [](const std::string& name) {
    return [name](Deployment& deployment) -> Status {
      deployment.cluster.name = "demo";
      deployment.components[name] = {"terraform"};
      return {};
    };
  };
  REQUIRE(one.edit(0, named("heat"), limit()));
  const auto late = other.edit(0, named("vault"), limit());
  REQUIRE_FALSE(late);
  CHECK(late.error().has_code("revision"));
  REQUIRE(charmed::change_record(other, named("vault"), limit()));
  const auto there = *one.read(limit());
  REQUIRE(there);
  CHECK(there->revision == 2);
  CHECK(there->components.size() == 2);
  REQUIRE(charmed::change_record(one, named("vault"), limit()));
  CHECK((*one.read(limit()))->revision == 2);  // nothing to write
}

TEST_CASE("looking at a cloud without changes costs a status call, not one for each fact") {
  DisturbedWorld world;
  Program program(world);
  const auto topology = topology_of(wished());
  require_ok(program.apply(topology));
  Program later(world);
  const auto before = world.server().counts();
  CHECK(later.differences(topology) == Texts{});
  auto after = world.server().counts();
  CHECK(after["Client.FullStatus"] - before.at("Client.FullStatus") == 1);
  CHECK(after["Application.CharmConfig"] - before.at("Application.CharmConfig") == 1);
}
