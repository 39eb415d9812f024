#include "juju-plugin/clusters/juju.h"

#include <algorithm>

#include "engine/clients/juju/secrets.h"
#include "engine/clients/kubernetes/preflight.h"
#include "engine/cloud/credentials_file.h"
#include "engine/host/local_host.h"
#include "engine/substrate/juju/forgotten.h"
#include "engine/substrate/juju/removal.h"
#include "juju-plugin/clusters/hypervisors.h"
#include "juju-plugin/component_arguments.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

juju::Session::Options paced(std::chrono::milliseconds poll) {
  juju::Session::Options options;
  options.poll = poll;
  return options;
}

std::string names_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Events of a removal: its steps are those of the deployment, undone.
EventSink removing(const Watch& watch) {
  return [tell = watch.event](Event event) {
    const auto colon = event.step.find(':');
    if (colon != std::string::npos)
      event.title = "Remove " + event.step.substr(0, colon) + " " + event.step.substr(colon + 1);
    tell(event);
  };
}

}  // namespace

JujuCluster::JujuCluster(const Catalogue& catalogue, JujuWhere where, const Chosen& chosen)
    : catalogue_(catalogue),
      stored_(where.stored),
      kubeconfig_(chosen.kubeconfig),
      controller_(dialer_, std::move(where.access), paced(chosen.poll)),
      tools_(controller_, where.model.empty() ? charmed::Wish{}.model : where.model, where.owner),
      model_evidence_(tools_.view),
      record_(tools_.view) {
  tools_.poll = chosen.poll;
  tools_.evidence = &model_evidence_;
  if (pods()) tools_.evidence = pods();
}

Result<std::unique_ptr<JujuCluster>> JujuCluster::current(const Catalogue& catalogue, const Chosen& chosen) {
  MS_TRY(auto where, juju_where(chosen));
  const auto usual = charmed::Wish{}.model;
  for (const auto& model : {where.model, usual}) {
    if (model.empty()) continue;
    auto there = where;
    there.model = model;
    if (model != where.model) there.owner.clear();
    auto cluster = std::make_unique<JujuCluster>(catalogue, std::move(there), chosen);
    MS_TRY(const auto recorded, cluster->recorded({}));
    if (recorded) return cluster;
    if (model == usual) break;
  }
  return std::unique_ptr<JujuCluster>();
}

juju::Limit JujuCluster::limit(const Watch& watch) const {
  return juju::Limit::of(std::min(watch.limit, std::chrono::milliseconds(tools_.waits.call)), watch.stop);
}

charmed::PodEvidence* JujuCluster::pods() {
  if (pods_ || kubeconfig_.empty()) return pods_.get();
  if (auto access = kubernetes::read_kubeconfig(kubeconfig_))
    pods_ = std::make_unique<charmed::PodEvidence>(std::move(*access));
  return pods_.get();
}

Status JujuCluster::preflight(const Watch& watch) {
  if (kubeconfig_.empty()) return {};
  MS_TRY(auto access, kubernetes::read_kubeconfig(kubeconfig_));
  const auto server = access.server;
  kubernetes::Cluster cluster(std::move(access));
  const auto found = kubernetes::preflight(cluster, {}, watch.stop);
  for (const auto& finding : found)
    if (!finding.blocks)
      watch.event({.kind = Event::Kind::wait, .waiting_for = finding.what + "; " + finding.fix});
  return kubernetes::error_of(found, server, {"--kubeconfig"});
}

Result<std::optional<Deployment>> JujuCluster::recorded(const Watch& watch) {
  return record_.read(limit(watch));
}

Result<Deployment> JujuCluster::deployment() {
  MS_TRY(auto there, recorded({}));
  if (!there)
    return ask("there is no cloud in " + tools_.view.text(), {},
               "make one: juju microstack deploy; or name another model with -m");
  return std::move(*there);
}

Status JujuCluster::carry_out(const Deployment& deployment, const charmed::Scope& scope, const Watch& watch) {
  MS_TRY(const auto topology, charmed::topology(deployment, catalogue_));
  MS_TRY(const auto plan, charmed::plan(topology, tools_, scope));
  tools_.active_limit = std::min(tools_.active_limit, watch.limit);
  auto outcome = execute(plan, charmed::run_options(watch.event, watch.stop));
  if (outcome.error) return std::move(*outcome.error);
  return {};
}

Result<Deployment> JujuCluster::change(const std::function<Status(Deployment&)>& change, const Watch& watch) {
  MS_TRY(const auto before, recorded(watch));
  MS_CHECK(charmed::change_record(record_, change, limit(watch)));
  MS_TRY(auto now, deployment());
  if (before && before->wish != now.wish) {
    MS_TRY(const auto was, charmed::topology(*before, catalogue_));
    MS_TRY(const auto is, charmed::topology(now, catalogue_));
    MS_CHECK(charmed::forget(was, is, tools_, charmed::run_options(watch.event, watch.stop)));
  }
  return now;
}

Status JujuCluster::make_current(const std::string& uuid) const {
  if (!stored_) return {};
  MS_TRY(const auto store, juju::ClientStore::from_environment());
  return store.put_model(controller_.access().controller, tools_.view.owner() + "/" + name(), {uuid, "caas"},
                         true);
}

Result<std::vector<std::string>> JujuCluster::differences(const Deployment& wanted, const Watch& watch) {
  MS_TRY(const auto topology, charmed::topology(wanted, catalogue_));
  MS_TRY(const auto seen, charmed::observe(topology, tools_, {}, watch.stop));
  std::vector<std::string> lines;
  for (const auto& difference : seen.differences) lines.push_back(difference.text);
  return lines;
}

Status JujuCluster::deploy(Deployment wanted, const Watch& watch) {
  MS_CHECK(charmed::topology(wanted, catalogue_));  // slips are told before anything is made
  MS_TRY(const auto model, tools_.view.find(limit(watch)));
  const bool is_new = !model || model->life != "alive";
  // The model first, so that there is a place for the record; then the record, so that whatever ends this early is
  // seen, gone on with and taken away.
  MS_CHECK(carry_out(wanted, {""}, watch));
  MS_TRY(const auto said, controller_.session().welcome(limit(watch)));
  MS_TRY(const auto uuid, tools_.view.uuid(limit(watch)));
  wanted.cluster.id = "juju://" + said.controller_uuid + "/" + uuid;
  if (is_new) MS_CHECK(make_current(uuid));
  MS_TRY(const Deployment now, change(
                                   [&](Deployment& there) -> Status {
                                     there.cluster = wanted.cluster;
                                     there.wish = wanted.wish;
                                     for (const auto& [name, managed] : wanted.components)
                                       there.components.try_emplace(name, managed);
                                     return {};
                                   },
                                   watch));
  MS_CHECK(carry_out(now, {}, watch));
  return charmed::change_record(
      record_,
      [&](Deployment& there) -> Status {
        there.catalogue_version = catalogue_.version();
        return {};
      },
      limit(watch));
}

Result<std::string> JujuCluster::dashboard(const Watch& watch) {
  MS_TRY(const Json said, charmed::run_on_leader(tools_, "horizon", "get-dashboard-url", Json::object(),
                                                 juju::Limit::of(std::chrono::minutes(2), watch.stop)));
  auto url = said.value("url", std::string());
  if (url.empty())
    return retry("horizon does not say where it is", tools_.view.text(),
                 "see what is in the way: juju microstack status");
  return url;
}

Result<openstack::Session*> JujuCluster::admin(const Watch& watch) {
  MS_TRY(CharmedCloud * cloud, this->cloud());
  return cloud->admin(watch);
}

Result<std::unique_ptr<openstack::Session>> JujuCluster::session(const std::string& user,
                                                                 const Secret& password,
                                                                 const std::string& project) {
  MS_TRY(CharmedCloud * cloud, this->cloud());
  return cloud->session(user, password, project);
}

Result<std::string> JujuCluster::authority(const Watch& watch) {
  MS_TRY(CharmedCloud * cloud, this->cloud());
  return cloud->authority(watch);
}

Result<CharmedCloud*> JujuCluster::cloud() {
  if (!cloud_) {
    MS_TRY(const auto recorded, deployment());
    const auto program = hypervisor_beside_this_program();
    cloud_ = std::make_unique<CharmedCloud>(recorded.cluster.name, tools_, record_, catalogue_,
                                            program ? *program : std::string());
  }
  return cloud_.get();
}

// User secrets of the model: drawn when asked for the first time, as on a control node.
Result<Secret> JujuCluster::secret(const std::string& name) {
  if (name == "keystone/admin") {
    MS_TRY(openstack::Session * admin, this->admin({}));
    return admin->access().password;
  }
  std::string label = "microstack-" + name;
  std::replace(label.begin(), label.end(), '/', '-');
  const auto within = limit({});
  MS_TRY(juju::Session * session, tools_.view.session(within));
  MS_TRY(const auto there, juju::find_secret(*session, label, true, within));
  if (there && there->values.contains("value")) return there->values.at("value");
  const Secret drawn = random_secret(24);
  MS_TRY([[maybe_unused]] const auto uri, juju::create_secret(*session, label, {{"value", drawn}}, within));
  return drawn;
}

Result<std::string> JujuCluster::guest_image(const Watch& watch) {
  MS_TRY(const std::string program, hypervisor_beside_this_program());
  LocalHost local;
  MS_TRY(const Json built, Hypervisor(local, program).run({"guest", "image"}, {}, watch));
  return built.value("path", std::string());
}

Result<bool> JujuCluster::enable(const std::string& feature, const std::vector<std::string>& words,
                                 bool force, const Watch& watch) {
  const auto known = features();
  if (std::find(known.begin(), known.end(), feature) == known.end()) {
    MS_TRY(const Component* component, component_named(catalogue_, feature));
    if (component->juju)
      return ask(feature + " is a part of every charmed cloud", {},
                 "its applications are configured by: juju microstack config APPLICATION KEY=VALUE");
    return ask("there is no charm for " + feature, {}, "there are: " + names_of(known), {"FEATURE"});
  }
  if (!words.empty())
    return ask("a feature's applications are configured by their own names", {},
               "enable it, then: juju microstack config APPLICATION KEY=VALUE", {"KEY=VALUE"});
  MS_TRY(const auto before, deployment());
  MS_TRY(const auto needs, catalogue_.closure({feature}));
  std::vector<std::string> fresh;
  for (const auto& name : needs)
    if (std::find(known.begin(), known.end(), name) != known.end() && !before.components.contains(name))
      fresh.push_back(name);
  const auto there = before.components.find(feature);
  const bool takes_over = there != before.components.end() && there->second.by != our_name && force;
  Deployment now = before;
  if (!fresh.empty() || takes_over) {
    MS_TRY(now, change(
                    [&](Deployment& deployment) -> Status {
                      for (const auto& name : fresh)
                        deployment.components.try_emplace(name, Deployment::Managed{our_name});
                      if (takes_over) deployment.components[feature].by = our_name;
                      return {};
                    },
                    watch));
  }
  // Also where it is recorded already: one that was interrupted is gone on with.
  charmed::Scope scope(fresh.begin(), fresh.end());
  scope.insert(feature);
  MS_CHECK(carry_out(now, scope, watch));
  return !fresh.empty();
}

Result<bool> JujuCluster::may_disable(const std::string& feature, bool force) {
  MS_TRY(const auto now, deployment());
  if (!now.components.contains(feature)) {
    MS_TRY(const Component* component, component_named(catalogue_, feature));
    if (component->juju && component->juju->core)
      return ask(feature + " is a part of every cloud: it cannot be disabled");
    return false;
  }
  std::vector<std::string> others;
  for (const auto& [name, managed] : now.components) {
    MS_TRY(const auto needs, catalogue_.closure({name}));
    if (name != feature && std::find(needs.begin(), needs.end(), feature) != needs.end())
      others.push_back(name);
  }
  if (!others.empty())
    return ask(feature + " is needed by " + names_of(others), now.cluster.id, "disable those first");
  MS_CHECK(may_change(now, feature, force));
  return true;
}

Status JujuCluster::disable(const std::string& feature, const Watch& watch) {
  MS_TRY(const auto now, deployment());
  MS_TRY(const auto topology, charmed::topology(now, catalogue_));
  MS_CHECK(charmed::remove(topology, tools_, {feature}, charmed::run_options(removing(watch), watch.stop)));
  return charmed::change_record(
      record_,
      [&](Deployment& deployment) -> Status {
        deployment.components.erase(feature);
        return {};
      },
      limit(watch));
}

Result<std::vector<Setting>> JujuCluster::settings(const std::string& wanted) {
  MS_TRY(const auto now, deployment());
  MS_TRY(const auto topology, charmed::topology(now, catalogue_));
  std::vector<Setting> all;
  bool known = wanted.empty();
  for (const auto& application : topology.applications) {
    if (!wanted.empty() && wanted != application.name && wanted != application.component) continue;
    known = true;
    all.push_back({application.name, "channel", application.channel, "of charm " + application.charm});
    all.push_back({application.name, "units", application.units, "of " + application.component});
    for (const auto& [key, value] : application.config)
      all.push_back({application.name, key, value, "option of " + application.charm});
  }
  if (!known)
    return ask("there is no application or component " + wanted, tools_.view.text(),
               "see them: juju microstack config", {"COMPONENT"});
  return all;
}

Result<bool> JujuCluster::configure(const std::string& application, const std::vector<std::string>& words,
                                    bool, const Watch& watch) {
  MS_TRY(const auto before, deployment());
  MS_TRY(const auto topology, charmed::topology(before, catalogue_));
  const auto* found = topology.find(application);
  if (!found)
    return ask("there is no application " + application, tools_.view.text(),
               "see them: juju microstack config", {"COMPONENT"});
  MS_TRY(auto wish, charmed::wish_of(before));
  const auto was = wish;
  for (const auto& word : words) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return ask("\"" + word + "\" is no key=value", application, {}, {"KEY=VALUE"});
    const auto key = word.substr(0, equals), value = word.substr(equals + 1);
    if (key == "channel") {
      value.empty() ? (void)wish.channels.erase(application) : (void)(wish.channels[application] = value);
    } else if (key == "units") {
      Arguments one;
      one.set("units", {value});
      MS_TRY(const int units, one.number("units", 0));
      units == 0 ? (void)wish.scale.erase(application) : (void)(wish.scale[application] = units);
    } else {
      auto& config = wish.config[application];
      value.empty() ? (void)config.erase(key) : (void)(config[key] = value);
      if (config.empty()) wish.config.erase(application);
    }
  }
  if (wish == was) return false;
  MS_TRY(const auto now, change(
                             [&](Deployment& deployment) -> Status {
                               deployment.wish = charmed::to_json(wish);
                               return {};
                             },
                             watch));
  MS_CHECK(carry_out(now, {found->component}, watch));
  return true;
}

Status JujuCluster::refresh(const Watch& watch) {
  MS_TRY(const auto now, deployment());
  MS_CHECK(carry_out(now, {}, watch));
  return charmed::change_record(
      record_,
      [&](Deployment& deployment) -> Status {
        deployment.catalogue_version = catalogue_.version();
        return {};
      },
      limit(watch));
}

Status JujuCluster::destroy(bool, const Watch& watch) {
  MS_TRY(const auto now, deployment());
  MS_TRY(const auto topology, charmed::topology(now, catalogue_));
  const auto uuid = tools_.view.uuid(limit(watch));
  MS_CHECK(charmed::remove(
      topology, tools_, {}, charmed::run_options(removing(watch), watch.stop),
      [&watch](const std::string& text) { watch.event({.kind = Event::Kind::wait, .waiting_for = text}); }));
  if (stored_ && uuid) {
    tools_.view.forget();
    MS_TRY(const auto left, tools_.view.find(limit(watch)));
    MS_TRY(const auto store, juju::ClientStore::from_environment());
    if (!left) MS_CHECK(store.remove_model(controller_.access().controller, *uuid));
  }
  return remove_credentials_file(
      {.cloud = name(), .path = CredentialsFile::default_path(name()), .authority = {}, .by = our_name});
}

}  // namespace microstack::plugin
