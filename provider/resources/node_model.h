// The attributes of microstack_node.
#pragma once

#include "provider/resources/cluster_model.h"
#include "provider/resources/node_compute.h"

namespace microstack::provider {

struct SshJump {
  Attr<std::string> host;
  Attr<std::int64_t> port;
  Attr<std::string> user;
  Attr<std::string> host_key;
  Attr<std::string> private_key_file;
  static auto schema() {
    return model<SshJump>(
        "A host that leads to the server.",
        attribute("host", &SshJump::host).required().doc("Address or name."),
        attribute("port", &SshJump::port).optional().between(1, 65535).doc("Port; 22 when not given."),
        attribute("user", &SshJump::user).optional().doc("Account; root when not given."),
        attribute("host_key", &SshJump::host_key).required().doc("Its public host key."),
        attribute("private_key_file", &SshJump::private_key_file)
            .optional()
            .doc("Private key; as for the server when not given."));
  }
};

// How a host is reached, whatever it is to be.
struct SshAccess {
  Attr<std::string> host;
  Attr<std::int64_t> port;
  Attr<std::string> user;
  Attr<std::string> host_key;
  Attr<std::string> private_key_file;
  Attr<std::string> agent_socket;
  Attr<SshJump> jump;
  static auto schema() {
    return model<SshAccess>(
        "An existing server with systemd.",
        attribute("host", &SshAccess::host).required().replaces().doc("Address or name."),
        attribute("port", &SshAccess::port).optional().between(1, 65535).doc("Port; 22 when not given."),
        attribute("user", &SshAccess::user)
            .optional()
            .doc("Account that is root or may `sudo -n`; the provider's `ssh.user`, else root, when not "
                 "given."),
        attribute("host_key", &SshAccess::host_key)
            .required()
            .doc("The server's public host key, `ssh-ed25519 AAAA...`: never accepted blindly."),
        attribute("private_key_file", &SshAccess::private_key_file)
            .optional()
            .doc("Private key; when not given, the provider's `ssh`, then the agent and ssh's default keys."),
        attribute("agent_socket", &SshAccess::agent_socket)
            .optional()
            .doc("Socket of an agent that holds the key; `SSH_AUTH_SOCK` when not given."),
        attribute("jump", &SshAccess::jump).optional().doc("A host that leads to it."));
  }
};

struct NodeMachine {
  Attr<SshAccess> host;
  Attr<std::string> management_interface;
  Attr<std::string> tunnel_interface;
  Attr<std::vector<std::string>> devices;
  static auto schema() {
    const std::string link = "[A-Za-z0-9_.-]{1,15}", link_words = "the name of a link, 15 characters at most";
    return model<NodeMachine>(
        "A system container made for the node.",
        attribute("host", &NodeMachine::host)
            .optional()
            .doc("Another host that it is made on, of any distribution with systemd; "
                 "this one when not given."),
        attribute("management_interface", &NodeMachine::management_interface)
            .optional()
            .matches(link, link_words)
            .required_with({"host", "tunnel_interface"})
            .doc("Link of that host, without an address, to the cluster's management network."),
        attribute("tunnel_interface", &NodeMachine::tunnel_interface)
            .optional()
            .matches(link, link_words)
            .required_with({"host", "management_interface"})
            .doc("Link of that host, without an address, to the network of the cluster's tunnels."),
        attribute("devices", &NodeMachine::devices)
            .optional()
            .doc("Device nodes of that host that it is given besides KVM and tun."));
  }
};

struct NodeLocal {
  Attr<std::string> address;
  static auto schema() {
    return model<NodeLocal>(
        "This very host.",
        attribute("address", &NodeLocal::address).required().doc("Its management address."));
  }
};

struct PhysicalNetwork {
  Attr<std::string> name;
  Attr<std::string> bridge;
  Attr<std::string> interface;
  bool operator==(const PhysicalNetwork&) const = default;
  static auto schema() {
    const std::string link = "[A-Za-z0-9_.-]{1,15}", link_words = "the name of a link, 15 characters at most";
    return model<PhysicalNetwork>(
        "A network outside of the cloud that a node is in.",
        attribute("name", &PhysicalNetwork::name)
            .required()
            .doc("What Neutron calls it: `provider:physical_network`."),
        attribute("bridge", &PhysicalNetwork::bridge)
            .required()
            .matches(link, link_words)
            .doc("Open vSwitch's bridge of it on the node; made where it is not there."),
        attribute("interface", &PhysicalNetwork::interface)
            .optional()
            .matches(link, link_words)
            .doc("Link that becomes a port of the bridge; none when not given."));
  }
};

struct NodeNetwork {
  Attr<std::string> address;
  Attr<std::string> tunnel_address;
  Attr<std::string> tunnel_interface;
  Attr<std::string> external_interface;
  Attr<std::vector<PhysicalNetwork>> physical_networks;
  static auto schema() {
    const std::string link = "[A-Za-z0-9_.-]{1,15}", link_words = "the name of a link, 15 characters at most";
    const std::string ip = R"(\d{1,3}(\.\d{1,3}){3})", ip_words = "an IPv4 address";
    return model<NodeNetwork>(
        "Links and addresses of a server; a machine has its own.",
        attribute("address", &NodeNetwork::address)
            .optional()
            .matches(ip, ip_words)
            .doc(
                "Management address that the control node and the other nodes reach it at; the address it is "
                "reached at over SSH when not given."),
        attribute("tunnel_address", &NodeNetwork::tunnel_address)
            .optional()
            .matches(ip, ip_words)
            .doc("End of the guests' tunnels; the management address when not given."),
        attribute("tunnel_interface", &NodeNetwork::tunnel_interface)
            .optional()
            .matches(link, link_words)
            .doc("Link that carries them where the kernel has no Open vSwitch: it becomes a port of a "
                 "bridge, and "
                 "`tunnel_address` is given to that."),
        attribute("external_interface", &NodeNetwork::external_interface)
            .optional()
            .matches(link, link_words)
            .doc("Link to the external network, for a node with the role network."),
        attribute("physical_networks", &NodeNetwork::physical_networks)
            .optional()
            .conflicts_with({"external_interface"})
            .doc("Networks outside of the cloud, each with its bridge and its link. With the role network "
                 "routers' "
                 "gateways may be on them, without it guests' own ports on provider networks only. When not "
                 "given: the "
                 "cluster's external network on `external_interface`, for the role network."));
  }
};

struct NodeModel {
  Attr<std::string> id;
  Attr<std::string> cluster_id;
  Attr<std::string> name;
  Attr<terraform::Set<std::string>> roles;
  Attr<NodeMachine> machine;
  Attr<SshAccess> ssh;
  Attr<NodeLocal> local;
  Attr<NodeNetwork> network;
  Attr<NodeCompute> compute;
  Attr<std::string> guests;
  Attr<std::string> address;
  Attr<std::string> tunnel_address;
  Attr<std::string> hypervisor;
  Attr<std::vector<Phase>> phases;
  Attr<std::vector<std::string>> drift;
  terraform::Timeouts timeouts;

  static auto schema() {
    using namespace std::chrono_literals;
    const auto other_place = [](const terraform::AttributePlan& plan) {
      return plan.prior.is_null() != plan.planned.is_null();
    };
    const std::string place = "a node of another kind is given";
    return model<NodeModel>(
        "A machine of a cluster besides its first one: made for it, or a server that is there already.",
        attribute("id", &NodeModel::id)
            .computed()
            .keeps()
            .identity()
            .doc("The cluster's id and the node's name."),
        attribute("cluster_id", &NodeModel::cluster_id).required().replaces().doc("The cluster it joins."),
        attribute("name", &NodeModel::name)
            .optional()
            .computed()
            .keeps()
            .replaces()
            .matches("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?",
                     "a name of lower-case letters, digits and dashes, 40 at most")
            .doc("Name of the node: host name of a machine, hypervisor and chassis of the cloud. Made of the "
                 "cluster's "
                 "name and the server's address when not given; a machine needs one."),
        attribute("roles", &NodeModel::roles)
            .default_value(terraform::Value::set({terraform::Value::string("compute")}))
            .one_of({"compute", "network"})
            .items(1, 2)
            .doc("`compute`: guests run on it. `network`: routers' gateways may be on it. Changed in place."),
        attribute("machine", &NodeModel::machine)
            .optional()
            .exactly_one_of({"machine", "ssh", "local"})
            .replaces_if(place, other_place)
            .doc("A system container, on this host or another."),
        attribute("ssh", &NodeModel::ssh)
            .optional()
            .replaces_if(place, other_place)
            .doc("An existing server over SSH, of a distribution that carries the release."),
        attribute("local", &NodeModel::local)
            .optional()
            .replaces_if(place, other_place)
            .doc("This very host."),
        attribute("network", &NodeModel::network).optional().doc("Links and addresses of a server."),
        attribute("compute", &NodeModel::compute)
            .optional()
            .doc("Settings of its hypervisor, changed in place."),
        attribute("guests", &NodeModel::guests)
            .defaults_to("refuse")
            .one_of({"refuse", "migrate", "stop"})
            .doc("What becomes of guests when the node leaves: `refuse` waits a minute for them to go and "
                 "then stops; "
                 "`migrate` moves them to other nodes while they run; `stop` shelves them. Those of a dead "
                 "node are "
                 "rebuilt elsewhere from their images, running or stopped. A cluster that is destroyed takes "
                 "them along."),
        attribute("address", &NodeModel::address).computed().keeps().doc("Its management address."),
        attribute("tunnel_address", &NodeModel::tunnel_address)
            .computed()
            .keeps()
            .doc("Its end of the guests' tunnels."),
        attribute("hypervisor", &NodeModel::hypervisor)
            .computed()
            .doc("`up` or `down` in Nova; empty without the role compute."),
        attribute("phases", &NodeModel::phases).computed().keeps().doc("What joining took its time for."),
        attribute("drift", &NodeModel::drift)
            .computed()
            .plans_to({})
            .doc("What on the node is not as it should be; the next apply repairs it."),
        attribute("timeouts", &NodeModel::timeouts)
            .limits({.create = 30min, .read = 5min, .update = 30min, .remove = 20min}));
  }
};

}  // namespace microstack::provider
