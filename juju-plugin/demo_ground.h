// What a VM needs around it (flavors, image, project, network, router, rules, key), found or made.
#pragma once

#include "engine/cloud/demo_things.h"
#include "juju-plugin/front.h"

namespace microstack::plugin {

struct DemoGround {
  DemoIds ids;
  std::unique_ptr<openstack::Session> tenant;  // of the wish's account in its project
  std::string key_file;                        // private key that opens its VMs; empty: none
};

// Nothing is changed where all of it is there. `key_file`: a public key; empty: the first of ~/.ssh/id_*.pub.
Result<DemoGround> demo_ground(Front& front, Cluster& cluster, DemoWish wish, const std::string& key_file,
                               const Watch& watch);

// A wait of the OpenStack client that tells at the front.
openstack::Wait waiting(const Watch& watch);

}  // namespace microstack::plugin
