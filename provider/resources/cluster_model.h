// The attributes of microstack_cluster.
#pragma once

#include "provider/framework/model.h"
#include "provider/resources/juju_settings.h"
#include "provider/resources/node_compute.h"

namespace microstack::provider {

using terraform::Attr;
using terraform::attribute;
using terraform::model;

struct MachinePlace {
  Attr<std::vector<std::string>> devices;
  static auto schema() {
    return model<MachinePlace>("A system container that is made on this host.",
                               attribute("devices", &MachinePlace::devices)
                                   .optional()
                                   .replaces()
                                   .doc("Device nodes of this host that it is given besides KVM and tun."));
  }
};

struct SshPlace {
  Attr<std::string> host;
  Attr<std::int64_t> port;
  Attr<std::string> user;
  Attr<std::string> host_key;
  Attr<std::string> private_key_file;
  Attr<std::string> external_interface;
  static auto schema() {
    return model<SshPlace>(
        "An existing Debian 13 server.",
        attribute("host", &SshPlace::host).required().replaces().doc("Address or name."),
        attribute("port", &SshPlace::port).optional().between(1, 65535).doc("Port; 22 when not given."),
        attribute("user", &SshPlace::user)
            .optional()
            .doc("Account that is root or may `sudo -n`; root when not given."),
        attribute("host_key", &SshPlace::host_key)
            .required()
            .doc("The server's public host key, `ssh-ed25519 AAAA...`: never accepted blindly."),
        attribute("private_key_file", &SshPlace::private_key_file)
            .optional()
            .doc("Private key; the agent and ssh's default keys are tried when not given."),
        attribute("external_interface", &SshPlace::external_interface)
            .optional()
            .replaces()
            .doc("Link that goes into the external bridge."));
  }
};

struct LocalPlace {
  Attr<std::string> address;
  Attr<std::string> external_interface;
  static auto schema() {
    return model<LocalPlace>(
        "This very host.",
        attribute("address", &LocalPlace::address).required().replaces().doc("Its management address."),
        attribute("external_interface", &LocalPlace::external_interface)
            .optional()
            .replaces()
            .doc("Link that goes into the external bridge."));
  }
};

struct FirstNode {
  Attr<std::vector<std::string>> roles;
  Attr<MachinePlace> machine;
  Attr<SshPlace> ssh;
  Attr<LocalPlace> local;
  static auto schema() {
    return model<FirstNode>("Where the cloud starts.",
                            attribute("roles", &FirstNode::roles)
                                .optional()
                                .one_of({"control", "compute", "network", "storage"})
                                .doc("What it does; control, compute and network when not given."),
                            attribute("machine", &FirstNode::machine)
                                .optional()
                                .conflicts_with({"ssh", "local"})
                                .doc("A system container on this host. The default."),
                            attribute("ssh", &FirstNode::ssh)
                                .optional()
                                .conflicts_with({"machine", "local"})
                                .doc("An existing server over SSH."),
                            attribute("local", &FirstNode::local)
                                .optional()
                                .conflicts_with({"machine", "ssh"})
                                .doc("This very host."));
  }
};

struct Networks {
  Attr<std::string> management;
  Attr<std::string> external;
  Attr<std::string> tunnel;
  static auto schema() {
    const std::string form = R"(\d{1,3}(\.\d{1,3}){3}/24)",
                      words = "an IPv4 network of 256 addresses: 10.1.2.0/24";
    return model<Networks>(
        "Networks of a machine on this host; each is chosen where nothing else is when not given.",
        attribute("management", &Networks::management)
            .optional()
            .matches(form, words)
            .doc("IPv4 /24 of the nodes and the API."),
        attribute("external", &Networks::external)
            .optional()
            .matches(form, words)
            .doc("IPv4 /24 that floating IPs come from."),
        attribute("tunnel", &Networks::tunnel)
            .optional()
            .matches(form, words)
            .doc("IPv4 /24 of the guests' tunnels."));
  }
};

struct OwnAuthority {
  Attr<std::string> certificate_path;
  Attr<std::string> private_key_path;
  static auto schema() {
    return model<OwnAuthority>(
        "A certificate authority of your own.",
        attribute("certificate_path", &OwnAuthority::certificate_path)
            .required()
            .doc("File with its certificate, PEM."),
        attribute("private_key_path", &OwnAuthority::private_key_path)
            .required()
            .doc("File with its private key, PEM, without a passphrase. It is kept on the "
                 "control node, never in the state."));
  }
};

struct Phase {
  Attr<std::string> name;
  Attr<double> seconds;
  static auto schema() {
    return model<Phase>("A part of the last apply.",
                        attribute("name", &Phase::name).computed().doc("What was done."),
                        attribute("seconds", &Phase::seconds).computed().doc("How long it took."));
  }
};

struct Cluster {
  Attr<std::string> id;
  Attr<std::string> name;
  Attr<std::string> release;
  Attr<std::string> region;
  Attr<std::string> domain;
  Attr<std::string> substrate;
  Attr<FirstNode> first_node;
  Attr<Networks> networks;
  Attr<std::int64_t> mtu;
  Attr<std::vector<std::string>> dns_servers;
  Attr<NodeCompute> compute;
  Attr<OwnAuthority> ca;
  Attr<JujuSettings> juju;
  Attr<std::string> proxy;
  Attr<std::string> package_mirror;
  Attr<std::map<std::string, std::string>> labels;
  Attr<bool> deletion_protection;
  Attr<std::string> clouds_yaml_path;
  Attr<std::string> api_address;
  Attr<std::string> auth_url;
  Attr<std::string> ca_certificate;
  Attr<std::string> ca_certificate_path;
  Attr<std::map<std::string, std::string>> endpoints;
  Attr<std::int64_t> memory_mib;
  Attr<std::int64_t> disk_mib;
  Attr<std::vector<Phase>> phases;
  Attr<std::vector<std::string>> drift;
  terraform::Timeouts timeouts;

  static auto schema() {
    using namespace std::chrono_literals;
    return model<Cluster>(
        "An OpenStack cloud. With a name alone it is one machine on this host with the roles control, "
        "compute and network.",
        attribute("id", &Cluster::id)
            .computed()
            .keeps()
            .identity()
            .doc("`microstack://NAME@API_ADDRESS/FINGERPRINT`; `juju://CONTROLLER_UUID/MODEL_UUID` on Juju."),
        attribute("name", &Cluster::name)
            .required()
            .replaces()
            .matches("[a-z]([a-z0-9-]{0,30}[a-z0-9])?",
                     "a name of lower-case letters, digits and dashes, 32 at most")
            .doc("Name of the cloud, unique on this host."),
        attribute("release", &Cluster::release)
            .defaults_to("2025.1")
            .one_of({"2025.1"})
            .replaces()
            .doc("OpenStack release."),
        attribute("region", &Cluster::region).defaults_to("RegionOne").replaces().doc("Name of the region."),
        attribute("domain", &Cluster::domain)
            .optional()
            .matches("[a-z0-9]([a-z0-9-]*[a-z0-9])?([.][a-z0-9]([a-z0-9-]*[a-z0-9])?)*",
                     "a DNS domain: cloud.example.com")
            .doc("DNS domain that guests are in; Neutron's own `openstacklocal` when not given."),
        attribute("substrate", &Cluster::substrate)
            .defaults_to("native")
            .one_of({"native", "juju"})
            .replaces()
            .doc("Where the control plane runs: `native`, systemd services on the nodes, or `juju`, charmed "
                 "operators on Kubernetes."),
        attribute("first_node", &Cluster::first_node)
            .optional()
            .replaces_if("another place is given",
                         [](const terraform::AttributePlan& plan) {
                           return plan.prior.is_null() != plan.planned.is_null();
                         })
            .doc("Where the cloud starts; a machine on this host when not given."),
        attribute("networks", &Cluster::networks)
            .optional()
            .replaces_if("other networks are given",
                         [](const terraform::AttributePlan& plan) { return !(plan.prior == plan.planned); })
            .doc("Networks of a cluster in a machine on this host."),
        attribute("mtu", &Cluster::mtu)
            .optional()
            .between(1280, 9216)
            .doc("MTU of the links that carry guests' tunnels; guests' own networks get 58 less."),
        attribute("dns_servers", &Cluster::dns_servers)
            .optional()
            .doc("Name servers given to guests; the external network's gateway when not given, in a machine "
                 "on this host."),
        attribute("compute", &Cluster::compute)
            .optional()
            .doc("Settings of the first node's hypervisor; nodes that join later and say nothing else have "
                 "them, too."),
        attribute("ca", &Cluster::ca)
            .optional()
            .replaces_if("another authority is given",
                         [](const terraform::AttributePlan& plan) { return !(plan.prior == plan.planned); })
            .doc("Signs the cluster's certificates; an authority of its own is made when not given."),
        attribute("juju", &Cluster::juju)
            .optional()
            .conflicts_with(
                {"first_node", "networks", "mtu", "dns_servers", "compute", "ca", "package_mirror"})
            .doc("Settings of `substrate = \"juju\"`."),
        attribute("proxy", &Cluster::proxy).optional().doc("HTTP proxy for package downloads."),
        attribute("package_mirror", &Cluster::package_mirror)
            .optional()
            .doc("Mirror of the distribution instead of its own."),
        attribute("labels", &Cluster::labels).optional().doc("Labels of your own; kept in the state."),
        attribute("deletion_protection", &Cluster::deletion_protection)
            .defaults_to(false)
            .doc("Refuses to destroy the cloud while true."),
        attribute("clouds_yaml_path", &Cluster::clouds_yaml_path)
            .optional()
            .computed()
            .keeps()
            .replaces()
            .doc("Where `clouds.yaml` is written (mode 0600, with an application credential); "
                 "`~/.config/microstack/NAME/clouds.yaml` when not given."),
        attribute("api_address", &Cluster::api_address)
            .computed()
            .keeps()
            .doc("Address all API endpoints share."),
        attribute("auth_url", &Cluster::auth_url).computed().keeps().doc("URL of Keystone."),
        attribute("ca_certificate", &Cluster::ca_certificate)
            .computed()
            .keeps()
            .doc("The cluster's own authority, PEM."),
        attribute("ca_certificate_path", &Cluster::ca_certificate_path)
            .computed()
            .keeps()
            .doc("A file with it, beside `clouds.yaml`."),
        attribute("endpoints", &Cluster::endpoints).computed().keeps().doc("URL of each service type."),
        attribute("memory_mib", &Cluster::memory_mib)
            .computed()
            .keeps()
            .doc("Memory the core services need on the first node, MiB."),
        attribute("disk_mib", &Cluster::disk_mib).computed().keeps().doc("Disk they need, MiB."),
        attribute("phases", &Cluster::phases).computed().keeps().doc("What the creation took its time for."),
        attribute("drift", &Cluster::drift)
            .computed()
            .plans_to({})
            .doc("What on the first node is not as it should be; the next apply repairs it."),
        attribute("timeouts", &Cluster::timeouts)
            .limits({.create = 60min, .read = 5min, .update = 60min, .remove = 15min}));
  }
};

}  // namespace microstack::provider
