// What a node is to become (contract 8): YAML by hand, JSON on stdin, one struct. Deciding is over when it is written:
// microstack-hypervisor turns it into steps without asking anybody.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace microstack {

struct Profile {
  struct Cluster {
    std::string id;  // contract 1; empty while the first control node has not drawn its keys yet
    std::string name;
    std::string release = "2025.1";
    std::string region = "RegionOne";
  };
  struct Node {
    std::string name;
    std::vector<std::string> roles;                // control, compute, network, storage
    std::map<std::string, std::string> addresses;  // "management": its own address; more by name
  };
  // A control plane that is on no node of ours: where its parts are, in its own words, and whom nodes are for it. Passwords
  // are the secrets nova/identity and rabbitmq/openstack.
  struct Plane {
    std::string identity_url;  // Keystone's, ends in /v3; empty: the control plane is the nodes below
    std::string user, user_domain, project, project_domain;
    std::string queue_host, queue_user, queue_vhost;
    int queue_port = 5672;
    bool queue_tls = false;
    std::string southbound;  // ssl:192.0.2.7:6642
  };
  struct Control {
    std::string api_address;           // of the cluster; apart from any node's own address
    std::vector<std::string> members;  // management addresses of the control nodes
    Plane plane;
  };
  struct ComponentChoice {
    std::string name;
    Json config = Json::object();  // the component's attributes
  };
  struct PhysicalNetwork {
    std::string name;       // physnet
    std::string bridge;     // Open vSwitch bridge on the node
    std::string interface;  // link put into it; may be empty
  };
  struct Network {
    std::vector<PhysicalNetwork> physnets;
    std::string tunnel_ip;         // own endpoint of the geneve mesh
    std::string tunnel_interface;  // link that carries it on the userspace datapath; may be empty
    int mtu = 1500;
    bool gateway = true;           // this chassis may carry routers' gateways
    std::vector<std::string> dns;  // name servers given to guests
  };
  struct Storage {
    std::vector<std::string> osd_devices;
  };
  struct Packages {
    std::string mirror;
    std::string proxy;
    std::string keyring;
  };

  int version = 1;
  Cluster cluster;
  Node node;
  Control control;
  std::vector<ComponentChoice> components;  // what runs on this node, core first
  Network network;
  Storage storage;
  Json compute = Json::object();  // virtualization type, cpu mode, reserved memory, ...
  Json tls = Json::object();      // where certificates come from; empty: the cluster's own CA
  std::map<std::string, std::string>
      secrets;  // name -> value, only what this node may know; drawn here on the first control node
  Packages packages;

  bool has_role(std::string_view role) const;
};

// Strict: an unknown key, a wrong type, a missing name is an error with the path ("network.physnets[0].bridge") and,
// for YAML, file:line.
Result<Profile> profile_from_json(const Json& json);
Result<Profile> profile_from_yaml(const std::string& text, const std::string& file_name);
Json to_json(const Profile& profile);

}  // namespace microstack
