#include "juju-plugin/clusters/juju_where.h"

#include <cstdlib>

#include "engine/clients/juju/controller.h"
#include "engine/clients/juju/models.h"
#include "engine/clients/juju/websocket.h"

namespace microstack::plugin {
namespace {

constexpr const char* prefix = "MICROSTACK_JUJU";

bool in_environment() {
  const char* addresses = std::getenv("MICROSTACK_JUJU_ADDRESSES");
  return addresses && *addresses;
}

}  // namespace

bool knows_juju() {
  if (in_environment()) return true;
  const auto store = juju::ClientStore::from_environment();
  if (!store) return false;
  const auto all = store->controllers();
  return all && !all->empty();
}

Result<JujuWhere> juju_where(const Chosen& chosen) {
  auto wanted = juju::read_model_name(chosen.model);
  if (wanted.controller.empty()) wanted.controller = chosen.controller;
  JujuWhere out;
  if (in_environment()) {
    MS_TRY(out.access, juju::access_from_environment(prefix));
  } else {
    MS_TRY(const auto store, juju::ClientStore::from_environment());
    MS_TRY(out.access, store.access(wanted.controller));
    out.stored = true;
    if (wanted.model.empty()) {
      MS_TRY(const auto current, store.current_model(out.access.controller));
      if (current) wanted = juju::read_model_name(*current);
    }
  }
  out.model = wanted.model;
  out.owner = wanted.owner;
  return out;
}

Result<JujuWhere> juju_where_of_id(const std::string& id) {
  const std::string scheme = "juju://";
  const auto slash = id.find('/', scheme.size());
  if (!id.starts_with(scheme) || slash == std::string::npos)
    return ask("\"" + id + "\" is no id of a cluster on Juju", {}, "it is juju://CONTROLLER_UUID/MODEL_UUID",
               {"--cluster"});
  const auto controller_uuid = id.substr(scheme.size(), slash - scheme.size()), model = id.substr(slash + 1);
  JujuWhere out;
  if (in_environment()) {
    MS_TRY(out.access, juju::access_from_environment(prefix));
  } else {
    MS_TRY(const auto store, juju::ClientStore::from_environment());
    MS_TRY(const auto all, store.controllers());
    std::string name;
    for (const auto& [known, controller] : all)
      if (controller.uuid == controller_uuid) name = known;
    if (name.empty())
      return ask("controller " + controller_uuid + " is not known here", store.directory(),
                 "log in to it: juju login", {"--cluster"});
    MS_TRY(out.access, store.access(name));
    out.stored = true;
  }
  juju::WebsocketDialer dialer;
  juju::Controller controller(dialer, out.access);
  MS_TRY(const auto info,
         juju::model_info(controller.session(), model, juju::Limit::of(std::chrono::seconds(60))));
  out.model = info.name;
  out.owner = info.owner;
  return out;
}

}  // namespace microstack::plugin
