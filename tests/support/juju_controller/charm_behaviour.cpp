#include "tests/support/juju_controller/charm_behaviour.h"

#include <algorithm>

#include "engine/base/hash.h"

namespace microstack::testing {

namespace {

// charm/action -> parameters, all of them required and no others allowed.
const std::map<std::string, std::vector<std::string>> parameters_of = {
    {"keystone-k8s/get-service-account", {"username"}},
    {"keystone-k8s/get-admin-account", {}},
    {"keystone-k8s/list-ca-certs", {}},
    {"rabbitmq-k8s/get-service-account", {"username", "vhost"}},
    {"ovn-relay-k8s/get-southbound-db-url", {}},
};

std::string given(const Json& services, const char* key) {
  return services.value(key, std::string());
}

Json account(const Json& values, const std::string& user, const std::string& password,
             const std::string& domain, const std::string& project, const std::string& region) {
  return {{"username", user},
          {"password", password},
          {"user-domain-name", domain},
          {"project-name", project},
          {"project-domain-name", domain},
          {"region", region},
          {"internal-endpoint", given(values, "internal")},
          {"public-endpoint", given(values, "public")},
          {"api-version", "3"}};
}

Story::Outcome of_keystone(const Json& values, const Application& application, const ActionRun& run) {
  const auto number = std::stoi(run.unit.substr(run.unit.find('/') + 1));
  if (!application.units.at(number).leader) return {"failed", "Please run action on lead unit.", {}};
  const auto region = application.config.value("region", std::string("RegionOne"));
  if (run.name == "get-service-account")
    return {"completed", "",
            account(values, run.parameters.at("username"), given(values, "service-password"),
                    "service_domain", "services", region)};
  if (run.name == "get-admin-account")
    return {"completed", "",
            account(values, "admin", given(values, "admin-password"),
                    values.value("admin-domain", std::string("admin_domain")), "admin", region)};
  Json bundles = Json::object();
  if (!given(values, "ca").empty())
    bundles["receive-ca-cert-7-relation"] = {{"ca", given(values, "ca")}, {"chain", ""}};
  return {"completed", "", bundles};
}

Story::Outcome of_rabbitmq(const Json& values, const ActionRun& run) {
  const std::string user = run.parameters.at("username"), vhost = run.parameters.at("vhost");
  const auto address = given(values, "address"), password = given(values, "password");
  return {"completed",
          "",
          {{"username", user},
           {"password", password},
           {"vhost", vhost},
           {"ingress-address", address},
           {"port", "5672"},
           {"url", "rabbit://" + user + ":" + password + "@" + address + ":5672/" + vhost}}};
}

}  // namespace

void check_parameters(const Charm& charm, const std::string& action, const Json& parameters) {
  const auto found = parameters_of.find(charm.name + "/" + action);
  if (found == parameters_of.end()) return;
  for (const auto& name : found->second)
    if (!parameters.contains(name))
      throw ApiError("validation failed: (root) : \"" + name + "\" property is missing and required, given " +
                     parameters.dump());
  for (const auto& [name, ignored] : parameters.items())
    if (std::find(found->second.begin(), found->second.end(), name) == found->second.end())
      throw ApiError("validation failed: (root) : additional property \"" + name +
                     "\" is not allowed, given " + parameters.dump());
}

std::optional<Story::Outcome> charm_outcome(const World& world, Model& model, const ActionRun& run) {
  const auto& application = model.application(run.unit.substr(0, run.unit.find('/')));
  const auto values = world.story.services.find(application.name);
  if (!parameters_of.contains(application.charm.name + "/" + run.name) ||
      values == world.story.services.end())
    return std::nullopt;
  if (application.charm.name == "keystone-k8s") return of_keystone(*values, application, run);
  if (application.charm.name == "rabbitmq-k8s") return of_rabbitmq(*values, run);
  return Story::Outcome{"completed", "", {{"url", "ssl:" + given(*values, "address") + ":6642"}}};
}

void settle_charm_secrets(const World& world, Model& model) {
  std::erase_if(model.secrets, [&](const auto& entry) {
    return !entry.second.owner.empty() && !model.applications.contains(entry.second.owner);
  });
  for (const auto& [name, application] : model.applications) {
    const auto values = world.story.services.find(name);
    if (application.charm.name != "self-signed-certificates" || values == world.story.services.end())
      continue;
    const std::string uri = "secret:activeca00000000" + std::to_string(1000 + application.number);
    auto& secret = model.secrets[uri];
    if (!secret.uri.empty()) continue;
    secret.uri = uri;
    secret.owner = name;
    secret.label = "active-ca-certificates";
    secret.created = world.now();
    for (const auto& [key, value] : values->items()) secret.data[key] = to_base64(value.get<std::string>());
  }
}

}  // namespace microstack::testing
