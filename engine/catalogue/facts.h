// What the texts of components and templates are rendered against: one JSON object per node, made from its profile,
// the catalogue and what probing the node found. Pure; holds no secret.
//
//   cluster.{name,id,release,region}
//   node.{name,address,roles[],addresses{},is.{control,compute,network,storage}}   address = addresses.management
//   control.{api_address,primary,members[],first}     primary = members[0]; first: this node is the primary
//   plane.{charmed,user,user_domain,project,project_domain,queue,queue_at,queue_tls,southbound,metadata{host,protocol}}
//                                                      the control plane for a node that carries guests; charmed: it is not
//                                                      ours, and the node itself answers its guests' metadata
//   api.{scheme,host,ca_file}                          https, API address, /etc/microstack/tls/ca.crt
//   urls.{identity,image,compute,...}                  endpoint of every service type of the catalogue, with its path
//   network.{physnets[{name,bridge,interface,address}],tunnel_ip,tunnel_interface,mtu,gateway,dns[],
//            bridge_mappings,flat_networks,system_id}  "physnet1:br-ex,...", "physnet1,..."
//   probe.{cpus,memory_mib,kvm,ovs_kernel,virt_type,datapath,workers}   virt_type kvm|qemu, datapath system|netdev
//   components.NAME                                    config of each component on this node, defaults filled in, and
//                                                      enabled: true; false where it is not here (when: components.heat)
//   endpoints[{component,service,name,port,backend_port,path,url}]      of the components on this node
//   users[{user,roles[]}]                              identities of the components on this node
//   storage.osd_devices[]   compute{...}   packages.{mirror,proxy}
#pragma once

#include "engine/base/json.h"
#include "engine/base/result.h"
#include "engine/catalogue/profile.h"

namespace microstack {

class Catalogue;

inline constexpr const char* state_folder = "/var/lib/microstack";
inline constexpr const char* tls_folder = "/etc/microstack/tls";

// `probe`: what hypervisor/install/probe found, or {} for conservative values (TCG, userspace datapath, one worker).
Result<Json> node_facts(const Profile& profile, const Catalogue& catalogue, const Json& probe);

}  // namespace microstack
