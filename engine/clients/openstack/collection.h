// What most of OpenStack's API is: named things in a list. One description of a kind of thing serves finding,
// making and removing it; what is special about a kind is in identity.h, image.h, network.h and compute.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/clients/openstack/session.h"

namespace microstack::openstack {

struct Collection {
  std::string service;
  std::string path;            // "/v2.0/networks"
  std::string singular;        // "network": key of one in JSON, and its name for people
  std::string plural;          // "networks": key of the list
  std::string list_path = {};  // where the list has a path of its own ("/flavors/detail?is_public=None")
  bool name_filter = true;     // the list can be asked for a name
  bool wrapped = true;         // one is {"network": {...}}; images are not
};

namespace collections {
inline const Collection projects{"identity", "/projects", "project", "projects"};
inline const Collection users{"identity", "/users", "user", "users"};
inline const Collection roles{"identity", "/roles", "role", "roles"};
inline const Collection services{"identity", "/services", "service", "services"};
inline const Collection flavors{"compute", "/flavors", "flavor", "flavors", "/flavors/detail?is_public=None",
                                false};
inline const Collection keypairs{"compute", "/os-keypairs", "keypair", "keypairs", {}, false};
inline const Collection servers{"compute", "/servers", "server", "servers", "/servers/detail"};
inline const Collection images{"image", "/v2/images", "image", "images", {}, true, false};
inline const Collection networks{"network", "/v2.0/networks", "network", "networks"};
inline const Collection subnets{"network", "/v2.0/subnets", "subnet", "subnets"};
inline const Collection routers{"network", "/v2.0/routers", "router", "routers"};
inline const Collection ports{"network", "/v2.0/ports", "port", "ports"};
inline const Collection floating_ips{"network", "/v2.0/floatingips", "floatingip", "floatingips"};
inline const Collection security_groups{"network", "/v2.0/security-groups", "security_group",
                                        "security_groups"};
inline const Collection security_group_rules{"network", "/v2.0/security-group-rules", "security_group_rule",
                                             "security_group_rules"};
}  // namespace collections

using Filters = std::vector<std::pair<std::string, std::string>>;  // query of a list

// All of them, page after page.
Result<std::vector<Json>> list(Session& session, const Collection& kind, const Filters& filters = {},
                               std::stop_token stop = {});

// The one of that name among those the filters leave. Error (ask) when there are several.
Result<std::optional<Json>> find(Session& session, const Collection& kind, const std::string& name,
                                 const Filters& filters = {}, std::stop_token stop = {});

// The one of that id, nullopt when there is none.
Result<std::optional<Json>> find_by_id(Session& session, const Collection& kind, const std::string& id,
                                       std::stop_token stop = {});

Result<Json> create(Session& session, const Collection& kind, const Json& wish, std::stop_token stop = {});

// The one named wish["name"], made when there is none. One that is there is left as it is: differences()
// tells. `filters` narrow the search only. Safe against another one doing the same at the same time.
Result<Json> find_or_create(Session& session, const Collection& kind, const Json& wish,
                            const Filters& filters = {}, std::stop_token stop = {});

// Members of `wish` that `found` has with another value: "cidr is 10.0.0.0/24, not 10.1.0.0/24".
std::vector<std::string> differences(const Json& found, const Json& wish);

// Succeeds when it is gone already. Does not wait for what goes away slowly.
Status remove(Session& session, const Collection& kind, const std::string& id, std::stop_token stop = {});

}  // namespace microstack::openstack
