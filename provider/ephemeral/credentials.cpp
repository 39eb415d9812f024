#include "provider/ephemeral/credentials.h"

#include "engine/clients/openstack/identity.h"
#include "provider/cloud/watching.h"

namespace microstack::provider {
namespace {

using namespace terraform;

struct Credentials {
  Attr<std::string> cluster_id;
  Attr<std::vector<std::string>> roles;
  Attr<std::int64_t> lifetime_seconds;
  Attr<std::string> auth_url;
  Attr<std::string> region;
  Attr<std::string> ca_certificate;
  Attr<std::string> application_credential_id;
  Attr<Secret> application_credential_secret;
  static auto schema() {
    return model<Credentials>(
        "An application credential that is in no state and no plan; it is revoked when Terraform has ended, "
        "and expires by itself.",
        attribute("cluster_id", &Credentials::cluster_id).required().doc("The cluster."),
        attribute("roles", &Credentials::roles)
            .optional()
            .doc("Roles it carries, of those the administrator has; all when not given."),
        attribute("lifetime_seconds", &Credentials::lifetime_seconds)
            .optional()
            .between(60, 86400)
            .doc("After this it expires, whatever happens; 3600 when not given."),
        attribute("auth_url", &Credentials::auth_url).computed().doc("URL of Keystone."),
        attribute("region", &Credentials::region).computed().doc("Name of the region."),
        attribute("ca_certificate", &Credentials::ca_certificate)
            .computed()
            .doc("The cluster's authority, PEM."),
        attribute("application_credential_id", &Credentials::application_credential_id)
            .computed()
            .doc("Its id."),
        attribute("application_credential_secret", &Credentials::application_credential_secret)
            .computed()
            .doc("Its secret."));
  }
};

class CredentialsEphemeral : public Ephemeral<Credentials> {
 public:
  explicit CredentialsEphemeral(Clouds& clouds) : clouds_(clouds) {}
  std::string name() const override { return "credentials"; }

  Status open(Credentials& result, Lease& lease, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(*result.cluster_id));
    MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
    openstack::ApplicationCredentialWish wish;
    wish.name = "terraform-" + random_secret(12).reveal();
    wish.description = "one run of terraform";
    wish.roles = result.roles.value_or({});
    wish.expires_at =
        std::chrono::system_clock::now() + std::chrono::seconds(result.lifetime_seconds.value_or(3600));
    MS_TRY(const auto made, openstack::create_application_credential(*admin, wish, call.stop()));
    result.auth_url = admin->access().auth_url;
    result.region = admin->access().region;
    MS_TRY(result.ca_certificate, cloud->authority(watching(call)));
    result.application_credential_id = made.id;
    result.application_credential_secret = made.secret;
    lease.saved = {{"cluster_id", *result.cluster_id}, {"id", made.id}};
    return {};
  }

  Status close(const Lease& lease, Call& call) override {
    MS_TRY(const auto cloud, clouds_.any(lease.saved.at("cluster_id")));
    MS_TRY(openstack::Session * admin, cloud->admin(watching(call)));
    return openstack::revoke_application_credential(*admin, lease.saved.at("id"), call.stop());
  }

 private:
  Clouds& clouds_;
};

}  // namespace

std::unique_ptr<AnyEphemeral> credentials_ephemeral(Clouds& clouds) {
  return std::make_unique<CredentialsEphemeral>(clouds);
}

}  // namespace microstack::provider
