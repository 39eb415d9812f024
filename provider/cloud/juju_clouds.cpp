#include "provider/cloud/juju_clouds.h"

#include <cstdlib>

namespace microstack::provider {

using namespace terraform;

namespace {

constexpr std::string_view scheme = "juju://";
constexpr std::size_t uuid_length = 36;

bool is_uuid(const std::string& text) {
  return text.size() == uuid_length && text.find_first_not_of("0123456789abcdef-") == std::string::npos;
}

}  // namespace

Result<JujuId> JujuId::parse(const std::string& text) {
  const auto end = scheme.size() + uuid_length;
  if (text.starts_with(scheme) && text.size() > end && text[end] == '/') {
    JujuId id{text.substr(scheme.size(), uuid_length), text.substr(end + 1)};
    if (is_uuid(id.controller) && is_uuid(id.model)) return id;
  }
  return ask("\"" + text + "\" is no id of a cluster on Juju", {},
             "it is juju://CONTROLLER_UUID/MODEL_UUID, the attribute id of a microstack_cluster", {"id"});
}

Result<juju::Controller*> JujuClouds::controller(const std::string& name, const std::string& uuid) {
  juju::Access access;
  const char* addresses = std::getenv("MICROSTACK_JUJU_ADDRESSES");
  if (addresses && *addresses) {
    MS_TRY(access, juju::access_from_environment("MICROSTACK_JUJU"));
  } else {
    MS_TRY(const auto store, juju::ClientStore::from_environment());
    auto wanted = name;
    if (!uuid.empty()) {
      MS_TRY(const auto all, store.controllers());
      for (const auto& [known, controller] : all)
        if (controller.uuid == uuid) wanted = known;
      if (wanted.empty())
        return ask("controller " + uuid + " is not known here", store.directory(),
                   "log in to it (`juju login`), or set MICROSTACK_JUJU_ADDRESSES, _CA, _USER and _PASSWORD",
                   {"juju", "controller"});
    }
    MS_TRY(access, store.access(wanted));
  }
  const std::lock_guard lock(mutex_);
  const auto key =
      (access.addresses.empty() ? access.controller : access.addresses.front()) + " " + access.user;
  auto& kept = controllers_[key];
  if (!kept) kept = std::make_unique<juju::Controller>(dialer_, std::move(access), options_);
  return kept.get();
}

Result<std::shared_ptr<JujuCloud>> JujuClouds::at(juju::Controller& controller, const std::string& owner,
                                                  const std::string& model) {
  const std::lock_guard lock(mutex_);
  const auto& access = controller.access();
  auto& cloud = clouds_[access.controller + access.addresses.front() + " " + owner + "/" + model];
  if (!cloud) {
    cloud = std::make_shared<JujuCloud>(controller, model, owner);
    cloud->tools.poll = options_.poll;
    cloud->tools.patience = patience;
  }
  return cloud;
}

Result<std::shared_ptr<JujuCloud>> JujuClouds::of(const std::string& name, const std::string& model) {
  MS_TRY(auto* one, controller(name, {}));
  return at(*one, one->access().user, model);
}

Result<std::shared_ptr<JujuCloud>> JujuClouds::of_id(const JujuId& id, const juju::Limit& limit) {
  MS_TRY(auto* one, controller({}, id.controller));
  MS_TRY(const auto welcome, one->session().welcome(limit));
  if (welcome.controller_uuid != id.controller)
    return ask("the controller at " + one->access().addresses.front() + " is " + welcome.controller_uuid +
                   ", not " + id.controller,
               id.text(), "name the right one", {"juju", "controller"});
  const auto model = juju::model_info(one->session(), id.model, limit);
  if (!model && model.error().has_code(juju::code::not_found)) return std::shared_ptr<JujuCloud>();
  if (!model) return model.error();
  MS_TRY(const auto cloud, at(*one, model->owner, model->name));
  if (model->life != "alive") cloud->tools.view.forget();  // what it says of the model is not true any more
  return cloud;
}

Result<std::shared_ptr<AnyCloud>> JujuClouds::any(const std::string& cluster_id, const OpenHost& open) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = any_.find(cluster_id); found != any_.end()) return found->second;
  }
  MS_TRY(const auto id, JujuId::parse(cluster_id));
  const auto limit = juju::Limit::of(std::chrono::minutes(2));
  MS_TRY(const auto cloud, of_id(id, limit));
  if (!cloud)
    return ask("the controller has no such model", cluster_id, "look with `juju models --uuid`",
               {"cluster_id"});
  MS_TRY(const auto recorded, cloud->record.read(limit));
  MS_TRY(const std::string program, hypervisor_beside_this_program());
  const auto name = recorded ? recorded->cluster.name : cloud->tools.view.name();
  // It is made of parts of the other, which stays as long.
  struct Whole {
    std::shared_ptr<JujuCloud> parts;
    CharmedCloud cloud;
  };
  const auto whole = std::shared_ptr<Whole>(
      new Whole{cloud, CharmedCloud(name, cloud->tools, cloud->record, catalogue_, program, open)});
  const std::lock_guard lock(mutex_);
  return any_.try_emplace(cluster_id, std::shared_ptr<AnyCloud>(whole, &whole->cloud)).first->second;
}

juju::Limit limit_of(const Call& call) {
  auto limit = juju::Limit::of(std::chrono::minutes(2), call.stop());
  if (call.deadline() && *call.deadline() < limit.until) limit.until = *call.deadline();
  return limit;
}

std::chrono::milliseconds left(const Call& call) {
  constexpr std::chrono::milliseconds without_limit = std::chrono::hours(1), least{1'000}, to_tell{5'000};
  if (!call.deadline()) return without_limit;
  const auto rest = *call.deadline() - Call::Clock::now();
  return std::max(least, std::chrono::duration_cast<std::chrono::milliseconds>(rest) - to_tell);
}

RunOptions watched(Call& call) {
  return charmed::run_options(
      [&call](const Event& event) {
        if (event.kind == Event::Kind::begin) call.progress(event.title);
        if (event.kind == Event::Kind::wait && !event.waiting_for.empty())
          call.progress("waiting for " + event.waiting_for);
        if (event.kind == Event::Kind::error && event.error) call.progress(event.error->what);
      },
      call.stop());
}

std::vector<std::string> drift_of(const charmed::Observation& seen, Call& call) {
  std::string bad;
  for (const auto& trouble : seen.troubles)
    if (!trouble.waits) bad += trouble.text() + "\n";
  if (!bad.empty()) call.warn("Units are not active", bad);
  std::vector<std::string> drift;
  for (const auto& difference : seen.differences) drift.push_back(difference.text);
  return drift;
}

}  // namespace microstack::provider
