#include "provider/resources/component.h"

#include <algorithm>

#include "engine/cloud/components.h"
#include "provider/cloud/leaving.h"
#include "provider/cloud/watching.h"
#include "provider/framework/msgpack.h"
#include "provider/resources/cluster_record.h"
#include "provider/resources/node_place.h"

namespace microstack::provider {
namespace {

using namespace terraform;

Type type_of(const std::string& word) {
  if (word == "number") return Type::number();
  if (word == "bool") return Type::boolean();
  if (word == "list(string)") return Type::list(Type::string());
  if (word == "map(string)") return Type::map(Type::string());
  return Type::string();
}

Value value_of(const Json& json, const Type& type) {
  if (auto parsed = parse_json(json.dump()))
    if (auto fitting = fit(std::move(*parsed), type)) return std::move(*fitting);
  return Value::null();
}

Schema schema_of(const Component& component) {
  using namespace std::chrono_literals;
  Schema schema;
  schema.description = component.title + ": " + component.description;
  if (!component.on_native) schema.description += " On clouds with `substrate = \"juju\"` only.";
  if (component.juju && component.juju->core)
    schema.description +=
        " Part of every cloud with `substrate = \"juju\"`, where this resource changes nothing.";
  schema.attributes = {
      named("id", Type::string())
          .computed()
          .keeps()
          .identity()
          .doc("The cluster's id and the component's name.")
          .attribute,
      named("cluster_id", Type::string()).required().replaces().doc("The cluster it is a part of.").attribute,
      named("url", Type::string()).computed().keeps().doc("Where it is reached.").attribute,
      named("memory_mib", Type::number()).computed().keeps().doc("Memory it needs, MiB.").attribute,
      named("drift", Type::list(Type::string()))
          .planned_value(Value::list({}))
          .doc("What of it is not as it should be; the next apply repairs it.")
          .attribute,
      timeouts_block().limits({.create = 20min, .read = 5min, .update = 20min, .remove = 20min}).attribute,
  };
  for (const auto& attribute : component.attributes) {
    auto words = named(attribute.name, type_of(attribute.type)).doc(attribute.description);
    if (attribute.replace) std::move(words).replaces();
    if (attribute.default_value.is_null())
      std::move(words).optional();
    else
      std::move(words).default_value(value_of(attribute.default_value, type_of(attribute.type)));
    schema.attributes.push_back(std::move(words.attribute));
  }
  return sealed(std::move(schema));
}

class ComponentResource : public Resource<Attributes> {
 public:
  ComponentResource(Clouds& clouds, const Component& component)
      : clouds_(clouds), component_(component), schema_(schema_of(component)) {}
  std::string name() const override {
    auto name = component_.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
  }
  const Schema& schema() const override { return schema_; }
  std::string import_id() const override { return "CLUSTER_ID/" + component_.name; }
  bool resumable() const override { return true; }

  Status plan(terraform::Plan<Attributes>& plan, Call&) override { return available(plan.planned); }

  // With its cluster it goes without being taken out first.
  Status plan_removal(const Attributes& state, Call& call) override {
    MS_TRY(const auto cluster, state.get<std::string>("cluster_id"));
    MS_TRY(const auto cloud, clouds_.of_id(*cluster));
    mark_removal(*cloud, call);
    return {};
  }

  Status create(Attributes& state, Call& call) override {
    MS_CHECK(available(state));
    MS_TRY(const auto cluster, state.get<std::string>("cluster_id"));
    MS_TRY(const auto cloud, clouds_.of_id(*cluster));
    MS_CHECK(adopt(*cloud, *cluster, state, call));
    state.set("id", *cluster + "/" + component_.name);
    state.set("memory_mib", std::int64_t{component_.memory_mib});
    return install(state, call);
  }
  Status update(const Attributes&, Attributes& state, Call& call) override { return install(state, call); }

  Result<Found> read(Attributes& state, Call& call) override {
    MS_TRY(const auto id, state.get<std::string>("id"));
    MS_TRY(const auto cluster, state.get<std::string>("cluster_id"));
    MS_TRY(const auto cloud, clouds_.of_id(*cluster));
    auto profile = cloud->profile();
    auto said = profile ? cloud->status(watching(call)) : Result<Json>(profile.error());
    if (!said) {
      call.warn("The cloud cannot be looked at", said.error().text());
      return Found::yes;
    }
    const auto* choice = *profile ? chosen(**profile) : nullptr;
    if (!choice) return Found::no;
    for (const auto& attribute : component_.attributes)
      if (choice->config.contains(attribute.name))
        state.value.set_member(attribute.name,
                               value_of(choice->config[attribute.name], type_of(attribute.type)));
    state.set("drift",
              drift_of(*said, [&](const std::string& component) { return component == component_.name; }));
    take_url(said->value("facts", Json::object()), state);
    state.set("memory_mib", std::int64_t{component_.memory_mib});
    return Found::yes;
  }

  Status remove(const Attributes& state, Call& call) override {
    MS_TRY(const auto cluster, state.get<std::string>("cluster_id"));
    MS_TRY(const auto cloud, clouds_.of_id(*cluster));
    if (goes_along(*cloud, call)) return {};
    if (cloud->place().kind == Place::Kind::machine) {
      MS_TRY(const Json machine, cloud->machine_status(watching(call)));
      if (machine.is_null()) return {};
    }
    MS_TRY([[maybe_unused]] const Json facts, uninstall_component(*cloud, component_.name, watching(call)));
    spread(*cloud, call);
    return record_component(*cloud, component_.name, "terraform", Json(), watching(call));
  }

  Status import(const ImportRequest& from, Attributes& state, Call&) override {
    MS_TRY(auto id, state.get<std::string>("id"));
    if (!from.by_identity) id = from.id;
    const auto end = "/" + component_.name;
    if (!id.is_known() || !id->ends_with(end))
      return ask("The id must be the cluster's id followed by " + end, {}, {}, {"id"});
    state.set("id", *id);
    state.set("cluster_id", id->substr(0, id->size() - end.size()));
    return {};
  }

 private:
  Status available(const Attributes& state) const {
    if (component_.on_native) return {};
    MS_TRY(const auto cluster, state.get<std::string>("cluster_id"));
    return ask(component_.name + " is not available on the substrate native", cluster.value_or(""),
               "it is a part of clouds with substrate = \"juju\"", {"cluster_id"});
  }

  const Profile::ComponentChoice* chosen(const Profile& profile) const {
    for (const auto& choice : profile.components)
      if (choice.name == component_.name) return &choice;
    return nullptr;
  }

  Status install(Attributes& state, Call& call) {
    MS_TRY(const auto cluster, state.get<std::string>("cluster_id"));
    MS_TRY(const auto cloud, clouds_.of_id(*cluster));
    const Json config = config_of(state);
    MS_TRY(const Json facts,
           install_component(*cloud, clouds_.catalogue(), component_.name, config, watching(call)));
    spread(*cloud, call);
    take_url(facts, state);
    state.set("drift", std::vector<std::string>{});
    return record_component(*cloud, component_.name, "terraform", config, watching(call));
  }

  // A node that cannot be had must not keep the others from it: its own resource shows it as drift.
  void spread(Cloud& cloud, Call& call) const {
    const auto place = [&](const Deployment::Member& member) -> Result<Place> {
      NodeModel node;
      MS_CHECK(take_member(member, node));
      return place_of(node, clouds_.ssh);
    };
    for (const auto& error :
         spread_component(cloud, clouds_.catalogue(), component_.name, place, watching(call)))
      call.warn(component_.title + " is not yet the same on every node",
                error.text() + "\nApply again when the node answers.");
  }

  Json config_of(const Attributes& state) const {
    Json config = Json::object();
    for (const auto& attribute : component_.attributes) {
      const auto* value = state.value.find(attribute.name);
      if (value && value->is_known()) config[attribute.name] = Json::parse(to_json_text(*value));
    }
    return config;
  }

  // A finished one, whoever enabled it, is taken over when it is the same.
  Status adopt(Cloud& cloud, const std::string& cluster, const Attributes& state, Call& call) const {
    MS_TRY(const auto deployment, cloud.deployment());
    if (!deployment) return {};
    const auto there = deployment->components.find(component_.name);
    if (there == deployment->components.end()) return {};
    if (there->second.config != config_of(state))
      return ask(
          component_.name + " is enabled already, with " + there->second.config.dump(), cluster,
          "take it over with what it has:\n\n" +
              import_block("microstack_" + component_.name + ".this", cluster + "/" + component_.name) + "\n",
          {"cluster_id"});
    call.warn(component_.title + " was enabled already by " + there->second.by,
              "It is what is asked for, and is managed by this state from now on.");
    return {};
  }

  void take_url(const Json& facts, Attributes& state) const {
    std::string url;
    if (!component_.native.endpoints.empty())
      url = facts.value(Json::json_pointer("/urls/" + component_.native.endpoints.front().service),
                        std::string());
    if (!url.empty())
      state.set("url", url);
    else
      state.value.set_member("url", Value::null());
  }

  Clouds& clouds_;
  const Component& component_;
  Schema schema_;
};

}  // namespace

std::unique_ptr<AnyResource> component_resource(Clouds& clouds, const Component& component) {
  return std::make_unique<ComponentResource>(clouds, component);
}

}  // namespace microstack::provider
