#include "engine/substrate/juju/plane.h"

#include <future>

#include "engine/clients/juju/actions.h"
#include "engine/clients/juju/secrets.h"
#include "engine/clients/kubernetes/cluster.h"
#include "engine/substrate/juju/kubernetes.h"

namespace microstack::charmed {
namespace {

constexpr const char* account = "microstack-hypervisor";
constexpr const char* vhost = "openstack";  // the one that nova, neutron and all others have there
constexpr const char* authority_label = "active-ca-certificates";
constexpr int queue_port = 5672;
constexpr std::chrono::milliseconds soon{500};  // actions take seconds

std::string word(const Json& said, const char* key) {
  const auto found = said.find(key);
  if (found == said.end() || found->is_null()) return {};
  return found->is_string() ? found->get<std::string>() : found->dump();
}

Error silent(Tools& tools, const std::string& application, const std::string& what) {
  return retry(application + " does not say " + what, tools.view.text(),
               "see what is in its way: juju microstack status");
}

std::string ended_by_line(std::string pem) {
  if (!pem.empty() && pem.back() != '\n') pem += '\n';
  return pem;
}

// Bundles by name, each {"ca", "chain"}.
void collect(const Json& said, std::string& out) {
  if (said.is_object())
    for (const auto& [key, value] : said.items()) collect(value, out);
  else if (said.is_string() && said.get<std::string>().find("-----BEGIN CERTIFICATE") != std::string::npos)
    out += ended_by_line(said.get<std::string>());
}

// The charm makes a load balancer of its own, and its action says the address of the other service, which only Kubernetes
// nodes reach. Empty: there is none, or Kubernetes cannot be asked from here.
std::string queue_outside(Tools& tools, const juju::Limit& limit) {
  auto access = kubernetes_access(tools.view, limit);
  if (!access) return {};
  const auto services = "/api/v1/namespaces/" + access->namespace_name + "/services";
  kubernetes::Cluster::Options quick;
  quick.limit = std::chrono::seconds(5);
  quick.attempts = 1;
  kubernetes::Cluster cluster(std::move(*access), quick);
  const auto listed = cluster.list(services, {}, limit.stop);
  if (!listed) return {};
  for (const auto& service : listed->items) {
    const auto name = kubernetes::text_at(service, "/metadata/name");
    if (!name.starts_with("rabbitmq") || kubernetes::text_at(service, "/spec/type") != "LoadBalancer")
      continue;
    for (const auto& port : kubernetes::part_at(service, "/spec/ports"))
      if (port.value("port", 0) == queue_port)
        for (const auto& ingress : kubernetes::part_at(service, "/status/loadBalancer/ingress"))
          if (auto address = kubernetes::text_at(ingress, "/ip"); !address.empty()) return address;
  }
  return {};
}

Status ask_keystone(Tools& tools, ForHypervisors& out, const juju::Limit& limit) {
  MS_TRY(const Json said,
         run_on_leader(tools, "keystone", "get-service-account", {{"username", account}}, limit));
  auto url = word(said, "internal-endpoint");
  if (url.empty()) url = word(said, "public-endpoint");
  if (url.empty() || word(said, "password").empty())
    return silent(tools, "keystone", "how a hypervisor logs in");
  if (!url.ends_with("/v3")) url += "/v3";
  out.plane.identity_url = url;
  out.plane.user = word(said, "username");
  out.plane.user_domain = word(said, "user-domain-name");
  out.plane.project = word(said, "project-name");
  out.plane.project_domain = word(said, "project-domain-name");
  out.given.secrets["nova/identity"] = word(said, "password");
  return {};
}

Status ask_rabbitmq(Tools& tools, ForHypervisors& out, const juju::Limit& limit) {
  MS_TRY(const Json said, run_on_leader(tools, "rabbitmq", "get-service-account",
                                        {{"username", account}, {"vhost", vhost}}, limit));
  out.plane.queue_user = word(said, "username");
  out.plane.queue_vhost = word(said, "vhost");
  out.plane.queue_host = word(said, "ingress-address");
  if (const auto port = word(said, "port"); !port.empty()) out.plane.queue_port = std::atoi(port.c_str());
  if (out.plane.queue_host.empty() || word(said, "password").empty())
    return silent(tools, "rabbitmq", "how a hypervisor logs in");
  if (auto address = queue_outside(tools, limit); !address.empty()) out.plane.queue_host = std::move(address);
  out.given.secrets["rabbitmq/openstack"] = word(said, "password");
  return {};
}

Status ask_ovn(Tools& tools, ForHypervisors& out, const juju::Limit& limit) {
  MS_TRY(const Json said, run_on_leader(tools, "ovn-relay", "get-southbound-db-url", Json::object(), limit));
  out.plane.southbound = word(said, "url");
  return out.plane.southbound.empty() ? Status(silent(tools, "ovn-relay", "where the southbound database is"))
                                      : Status{};
}

Status ask_authority(Tools& tools, ForHypervisors& out, const juju::Limit& limit) {
  MS_TRY(auto* session, tools.view.session(limit));
  MS_TRY(const auto secret, juju::find_secret(*session, authority_label, true, limit));
  const auto value = [&](const char* key) {
    const auto found = secret->values.find(key);
    return found == secret->values.end() ? std::string() : found->second.reveal();
  };
  if (!secret || value("private-key").empty() || value("ca-certificate").empty())
    return ask("OVN's certificates are not signed by the charm self-signed-certificates", tools.view.text(),
               "hypervisors join where the application certificate-authority is that charm; see its secret " +
                   std::string(authority_label) + ": juju secrets --owner application-certificate-authority");
  out.given.authority = {Secret(ended_by_line(value("private-key"))), ended_by_line(value("ca-certificate"))};
  return {};
}

}  // namespace

Result<Json> run_on_leader(Tools& tools, const std::string& application, const std::string& action,
                           const Json& parameters, const juju::Limit& limit) {
  MS_TRY(juju::Session * session, tools.view.session(limit));
  MS_TRY(const auto seen, tools.view.status(limit));
  const auto leader = seen ? seen->leader(application) : std::nullopt;
  if (!leader)
    return retry(application + " has no leader yet", tools.view.text(),
                 "see what is in the way: juju microstack status");
  MS_TRY(auto result,
         juju::run_action(*session, *leader, action, parameters, limit, {}, std::min(tools.poll, soon)));
  return std::move(result.output);
}

Result<openstack::Access> administrator(Tools& tools, const juju::Limit& limit) {
  MS_TRY(const Json said, run_on_leader(tools, "keystone", "get-admin-account", Json::object(), limit));
  openstack::Access access;
  access.auth_url = word(said, "public-endpoint");
  access.user = word(said, "username");
  access.password = Secret(word(said, "password"));
  access.user_domain = word(said, "user-domain-name");
  access.project = word(said, "project-name");
  access.project_domain = word(said, "project-domain-name");
  if (const auto region = word(said, "region"); !region.empty()) access.region = region;
  if (access.auth_url.empty() || access.user.empty())
    return give_up("keystone does not say how to log in", tools.view.text(),
                   "juju run keystone/leader get-admin-account");
  if (!access.auth_url.ends_with("/v3")) access.auth_url += "/v3";
  return access;
}

Result<std::string> authorities(Tools& tools, const juju::Limit& limit) {
  MS_TRY(const Json said, run_on_leader(tools, "keystone", "list-ca-certs", Json::object(), limit));
  std::string all;
  collect(said, all);
  return all;
}

Result<ForHypervisors> for_hypervisors(Tools& tools, const juju::Limit& limit) {
  // Actions take their time, those of one unit one after the other.
  ForHypervisors out, of_queue, of_ovn;
  auto queue = std::async(std::launch::async, [&] { return ask_rabbitmq(tools, of_queue, limit); });
  auto ovn = std::async(std::launch::async, [&] { return ask_ovn(tools, of_ovn, limit); });
  const auto believed = [&]() -> Result<std::string> {
    MS_CHECK(ask_authority(tools, out, limit));
    MS_CHECK(ask_keystone(tools, out, limit));
    return authorities(tools, limit);
  }();
  const auto queue_said = queue.get(), ovn_said = ovn.get();
  MS_CHECK(believed ? Status{} : Status(believed.error()));
  MS_CHECK(queue_said);
  MS_CHECK(ovn_said);
  out.plane.queue_user = of_queue.plane.queue_user;
  out.plane.queue_vhost = of_queue.plane.queue_vhost;
  out.plane.queue_host = of_queue.plane.queue_host;
  out.plane.queue_port = of_queue.plane.queue_port;
  out.plane.southbound = of_ovn.plane.southbound;
  out.given.secrets.merge(of_queue.given.secrets);
  out.given.believed = out.given.authority.certificate + *believed;
  return out;
}

}  // namespace microstack::charmed
