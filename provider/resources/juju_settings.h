// The attribute `juju` of microstack_cluster.
#pragma once

#include "provider/framework/model.h"

namespace microstack::provider {

using terraform::Attr;
using terraform::attribute;

struct JujuSettings {
  using Texts = std::map<std::string, std::string>;
  Attr<std::string> controller;
  Attr<std::string> model;
  Attr<std::string> cloud;
  Attr<std::string> credential;
  Attr<std::string> topology;
  Attr<std::int64_t> control_nodes;
  Attr<Texts> channels;
  Attr<std::map<std::string, std::int64_t>> revisions;
  Attr<std::map<std::string, std::int64_t>> scale;
  Attr<std::map<std::string, Texts>> config;
  Attr<Texts> ingress_addresses;
  Attr<std::string> load_balancer_pool;
  Attr<Texts> model_config;
  Attr<std::string> no_proxy;
  bool operator==(const JujuSettings&) const = default;

  static auto schema() {
    return terraform::model<JujuSettings>(
        "A charmed control plane in a Kubernetes model. Which controllers there are is known from the files "
        "of the `juju` command line, or from `MICROSTACK_JUJU_ADDRESSES`, `_CA`, `_USER` and `_PASSWORD`.",
        attribute("controller", &JujuSettings::controller)
            .optional()
            .doc("Name of the controller; the current one when not given."),
        attribute("model", &JujuSettings::model)
            .optional()
            .replaces()
            .doc("Name of the model; the cluster's name when not given."),
        attribute("cloud", &JujuSettings::cloud)
            .optional()
            .replaces()
            .doc("Kubernetes cloud that the controller knows; its own when not given."),
        attribute("credential", &JujuSettings::credential)
            .optional()
            .replaces()
            .doc("Name of a credential for it; the only one when not given."),
        attribute("topology", &JujuSettings::topology)
            .optional()
            .one_of({"single", "multi", "large"})
            .doc("How many units services have: `single` one each, `multi` as many as there are control "
                 "nodes, up to three, `large` up to seven. `single` when not given."),
        attribute("control_nodes", &JujuSettings::control_nodes)
            .optional()
            .between(1, 1000)
            .doc("Nodes of the Kubernetes cluster; 1, 3 or 10 by topology when not given."),
        attribute("channels", &JujuSettings::channels)
            .optional()
            .doc("Channels other than the release's, by application or charm."),
        attribute("revisions", &JujuSettings::revisions).optional().doc("Pinned revisions, by application."),
        attribute("scale", &JujuSettings::scale)
            .optional()
            .doc("Units other than the topology's, by application."),
        attribute("config", &JujuSettings::config)
            .optional()
            .doc("Configuration of charms beside what MicroStack sets, by application."),
        attribute("ingress_addresses", &JujuSettings::ingress_addresses)
            .optional()
            .doc("Addresses of the load balancer, by ingress application: `traefik`, `traefik-public`."),
        attribute("load_balancer_pool", &JujuSettings::load_balancer_pool)
            .optional()
            .doc("Pool of addresses of the load balancer that the ingresses take theirs from."),
        attribute("model_config", &JujuSettings::model_config).optional().doc("Configuration of the model."),
        attribute("no_proxy", &JujuSettings::no_proxy)
            .optional()
            .doc("Addresses that are reached without the `proxy`."));
  }
};

}  // namespace microstack::provider
