// Where a node is, what it is to be and how the cluster writes it down, as its model says it.
#pragma once

#include "engine/cloud/cloud.h"
#include "provider/resources/node_model.h"

namespace microstack::provider {

std::string id_of_node(const std::string& cluster_id, const std::string& name);
// Given, or made of the cluster's name and the server's address; empty for a machine without one.
std::string name_of_node(const std::string& cluster, const NodeModel& node);

// `from` is how this provider reaches servers where the node does not say.
Place place_of(const NodeModel& node, const SshDefaults& from);

ClusterNode reach(const Clouds& clouds, const AnyCloud& cloud, const NodeModel& node);

// Whether it is to be a hypervisor.
bool computes(const NodeModel& node);

// A member as the control node keeps it, and back. No key is in it.
Deployment::Member member_of(const NodeModel& node);
Status take_member(const Deployment::Member& member, NodeModel& node);
// Whether it is the same place that the member is at.
bool is_same_place(const Deployment::Member& member, const NodeModel& node);

// What a server calls itself; Placement knows hypervisors by it.
Result<std::string> host_name_of(Host& server, std::stop_token stop);
// The node besides `other_than` whose machine or server has that host name; empty: none.
std::string node_with_host_name(const Deployment& deployment, const std::string& host_name,
                                const std::string& other_than);
Error host_name_is_taken(const std::string& host_name, const Host& server, const std::string& owner);

// Of the addresses of the cluster's machines on one host, the first that no member has.
int free_index(const Deployment& deployment);

// Addresses that are not the node's to choose: of a machine, as `machine up` says or as its index decides.
struct NodeAddresses {
  std::string management;
  std::string tunnel;
  std::string tunnel_interface;
  std::string external_interface;
};
// Where the first node is a machine of this host too, all follows from the index. nullopt: else.
std::optional<NodeAddresses> addresses_of_machine(const Profile& control, int index);
NodeAddresses addresses_of_machine(const Json& machine);
// Of a server, by its attributes.
NodeAddresses addresses_of_server(const NodeModel& node);

// Its hypervisor's settings, with what is not given as on the cluster's first node; null where it is none.
Json settings_of(const NodeModel& node, const Profile& control, const Catalogue& catalogue);

// Decided from the control node's: the same components where they run on the node's roles, with the same settings.
Profile profile_of(const NodeModel& node, const Profile& control, const Catalogue& catalogue,
                   const NodeAddresses& addresses);

// What `machine up` and `probe --machine` want on stdin.
Result<Json> machine_spec(const NodeModel& node, const std::string& cluster, const Profile& control,
                          const Catalogue& catalogue, int index);

}  // namespace microstack::provider
