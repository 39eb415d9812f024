// What a charmed control plane tells those who are no charms: by its charms' own actions and the secrets they own. Which
// ones these are is known from the charms' sources; the applications are those of the catalogue.
#pragma once

#include "engine/catalogue/profile.h"
#include "engine/clients/openstack/session.h"
#include "engine/substrate/juju/charmed.h"
#include "engine/substrate/native/membership.h"

namespace microstack::charmed {

// Runs an action on the unit that leads the application. Error (retry): there is none yet.
Result<Json> run_on_leader(Tools& tools, const std::string& application, const std::string& action,
                           const Json& parameters, const juju::Limit& limit);

// keystone's get-admin-account.
Result<openstack::Access> administrator(Tools& tools, const juju::Limit& limit);
// keystone's list-ca-certs: whom its endpoints are signed by, PEM; empty: whom the system believes.
Result<std::string> authorities(Tools& tools, const juju::Limit& limit);

// For a hypervisor: an account at keystone and one at rabbitmq (get-service-account of each; one for all nodes, as the
// charmed hypervisor has it), ovn-relay's get-southbound-db-url, and the authority of certificate-authority, which
// OVN's certificates are signed by: its secret active-ca-certificates.
struct ForHypervisors {
  Profile::Plane plane;
  native::Given given;
};
Result<ForHypervisors> for_hypervisors(Tools& tools, const juju::Limit& limit);

}  // namespace microstack::charmed
