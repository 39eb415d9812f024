// What a person needs to start a VM, as things of OpenStack: flavors, image, project, account, networks,
// router, rules, key, servers. Each is found by its name or made, and taken away in the reverse order.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/clients/openstack/image.h"
#include "engine/clients/openstack/session.h"
#include "engine/cloud/external_network.h"

namespace microstack {

struct DemoFlavor {
  std::string name;
  int vcpus = 1;
  int memory_mib = 128;
  int disk_gib = 1;
};
const std::vector<DemoFlavor>& demo_flavors();

struct DemoWish {
  std::string project = "demo";
  std::string user = "demo";
  std::string cidr = "192.168.122.0/24";
  std::string public_key;  // empty: none
  ExternalNetworkWish external;
  openstack::ImageWish image;
  std::function<Result<std::string>()> image_file;  // its path; asked for while other things are made
  int servers = 0;
  std::string flavor = "m1.tiny";
  std::string user_data;
};

struct DemoIds {
  std::string project, image, network, subnet, router, external_network, security_group;
  std::vector<std::string> servers, server_names;
  std::vector<std::string> floating_ips;
};

// What servers need of the administrator: flavors, image, project, account.
Status make_demo_ground(openstack::Session& admin, const DemoWish& wish, const Secret& password, DemoIds& ids,
                        const openstack::Wait& wait);
// The account's own part, in its project: network, key, servers, then the external network where it is to be made, router,
// rules, floating IPs.
Status make_demo_tenant(openstack::Session& admin, openstack::Session& tenant, const DemoWish& wish,
                        DemoIds& ids, const openstack::Wait& wait);

// What is missing, in words; `project_there` tells whether there is anything at all.
Result<std::vector<std::string>> demo_drift(openstack::Session& admin, const DemoWish& wish, DemoIds& ids,
                                            bool& project_there, std::stop_token stop);

// How many servers the project has that are numbered as a demo numbers them, from 1 without a gap.
Result<int> count_demo_servers(openstack::Session& admin, const std::string& project, std::stop_token stop);
// Servers beyond the first `keep`, with their floating IPs.
Status remove_demo_servers(openstack::Session& tenant, const DemoWish& wish, int keep,
                           const openstack::Wait& wait);
// All of it but the external network; what is gone is gone. Servers that somebody else made in its project are taken along
// with `others`; without it they are named, and nothing is changed.
Status remove_demo(openstack::Session& admin, openstack::Session* tenant, const DemoWish& wish, bool others,
                   const openstack::Wait& wait);

}  // namespace microstack
