#include "provider/resources/juju_component.h"

#include <algorithm>

#include "engine/substrate/juju/removal.h"
#include "provider/framework/msgpack.h"
#include "provider/resources/cluster_record.h"

namespace microstack::provider {
namespace {

using namespace terraform;

class JujuComponent : public Resource<Attributes> {
 public:
  JujuComponent(JujuClouds& clouds, const Component& component, const Schema& schema)
      : clouds_(clouds), component_(component), schema_(schema) {}
  std::string name() const override {
    auto name = component_.name;
    for (char& c : name)
      if (c == '-') c = '_';
    return name;
  }
  const Schema& schema() const override { return schema_; }
  std::string import_id() const override { return "CLUSTER_ID/" + component_.name; }
  bool resumable() const override { return true; }

  Status plan(terraform::Plan<Attributes>& plan, Call&) override {
    for (const auto& attribute : component_.attributes) {
      const auto* said = plan.config.value.find(attribute.name);
      if (said && !said->is_null())
        return ask(attribute.name + " is a setting of clouds with substrate = \"native\"", {},
                   "configure the charm by juju.config of the cluster", {attribute.name});
    }
    return {};
  }

  Status create(Attributes& state, Call& call) override {
    MS_TRY(const auto cluster, state.get<std::string>("cluster_id"));
    state.set("id", *cluster + "/" + component_.name);
    state.value.set_member("memory_mib", Value::null());
    state.value.set_member("url", Value::null());
    return make(state, call);
  }
  Status update(const Attributes&, Attributes& state, Call& call) override { return make(state, call); }

  Result<Found> read(Attributes& state, Call& call) override {
    auto found = cloud_of(state, call);
    if (!found) {  // a dead controller must not block its own repair
      call.warn("The cloud cannot be looked at", found.error().text());
      return Found::yes;
    }
    const auto cloud = *found;
    if (!cloud) return Found::no;
    MS_TRY(const auto model, cloud->tools.view.find(limit_of(call)));
    if (!model || model->life != "alive") return Found::no;
    MS_TRY(const auto recorded, cloud->record.read(limit_of(call)));
    if (!recorded || !(is_core() || recorded->components.contains(component_.name))) return Found::no;
    state.set("drift", std::vector<std::string>{});
    state.value.set_member("memory_mib", Value::null());
    state.value.set_member("url", Value::null());
    if (is_core()) return Found::yes;
    MS_TRY(const auto topology, charmed::topology(*recorded, clouds_.catalogue()));
    auto seen = charmed::observe(topology, cloud->tools, {component_.name}, call.stop());
    if (!seen)
      call.warn("The cloud cannot be looked at", seen.error().text());
    else
      state.set("drift", drift_of(*seen, call));
    return Found::yes;
  }

  Status remove(const Attributes& state, Call& call) override {
    if (is_core()) return {};  // it goes with its cluster
    MS_TRY(const auto cloud, cloud_of(state, call));
    if (!cloud) return {};
    MS_TRY(const auto recorded, cloud->record.read(limit_of(call)));
    if (!recorded) return {};
    for (const auto& [other, managed] : recorded->components) {
      MS_TRY(const auto needs, clouds_.catalogue().closure({other}));
      if (other != component_.name && std::find(needs.begin(), needs.end(), component_.name) != needs.end())
        return ask(other + " needs " + component_.name, *state.get<std::string>("cluster_id").value(),
                   "remove " + other + " first", {"cluster_id"});
    }
    auto with = *recorded;
    with.components.try_emplace(component_.name, Deployment::Managed{"terraform"});
    MS_TRY(const auto topology, charmed::topology(with, clouds_.catalogue()));
    MS_CHECK(charmed::remove(topology, cloud->tools, {component_.name}, watched(call)));
    return charmed::change_record(
        cloud->record, [&](Deployment& record) { return record.components.erase(component_.name), Status(); },
        limit_of(call));
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
  bool is_core() const { return component_.juju->core; }

  Result<std::shared_ptr<JujuCloud>> cloud_of(const Attributes& state, Call& call) const {
    MS_TRY(const auto cluster, state.get<std::string>("cluster_id"));
    MS_TRY(const auto id, JujuId::parse(*cluster));
    return clouds_.of_id(id, limit_of(call));
  }

  Status make(Attributes& state, Call& call) {
    state.set("drift", std::vector<std::string>{});
    if (is_core()) return {};  // part of every charmed cloud
    MS_TRY(const auto cloud, cloud_of(state, call));
    const auto cluster = *state.get<std::string>("cluster_id").value();
    if (!cloud) return ask("there is no such cluster", cluster, {}, {"cluster_id"});
    std::unique_lock lock(cloud->changing);  // what is switched on at the same time joins what came before it
    MS_TRY(const auto recorded, cloud->record.read(limit_of(call)));
    if (!recorded)
      return ask("the model holds no deployment", cluster, "make the cluster first", {"cluster_id"});
    MS_TRY(const auto needs, clouds_.catalogue().closure({component_.name}));
    for (const auto& need : needs) {
      const auto* other = clouds_.catalogue().find(need);
      if (need == component_.name || !other->juju || other->juju->core || recorded->components.contains(need))
        continue;
      return ask(component_.name + " needs " + need, cluster, "add a resource for it and say depends_on",
                 {"cluster_id"});
    }
    auto with = *recorded;
    with.components.try_emplace(component_.name, Deployment::Managed{"terraform"});
    MS_TRY(const auto topology, charmed::topology(with, clouds_.catalogue()));
    MS_TRY(const auto making,
           charmed::plan(topology, cloud->tools, {component_.name}, charmed::Part::making));
    if (const auto outcome = execute(making, watched(call)); !outcome.ok())
      return doing("switching on " + component_.name, *outcome.error);
    MS_CHECK(charmed::change_record(
        cloud->record,
        [&](Deployment& record) {
          return record.components[component_.name] = Deployment::Managed{"terraform"}, Status();
        },
        limit_of(call)));
    cloud->tools.active_limit = left(call);
    MS_TRY(const auto waiting,
           charmed::plan(topology, cloud->tools, {component_.name}, charmed::Part::waiting));
    lock.unlock();
    if (const auto outcome = execute(waiting, watched(call)); !outcome.ok())
      return doing("switching on " + component_.name, *outcome.error);
    return {};
  }

  JujuClouds& clouds_;
  const Component& component_;
  const Schema& schema_;
};

}  // namespace

std::unique_ptr<AnyResource> juju_component_resource(JujuClouds& clouds, const Component& component,
                                                     const Schema& schema) {
  return std::make_unique<JujuComponent>(clouds, component, schema);
}

}  // namespace microstack::provider
