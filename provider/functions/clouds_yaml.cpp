#include "provider/functions/clouds_yaml.h"

#include "engine/clients/openstack/clouds_yaml.h"

namespace microstack::provider {
namespace {

Result<std::string> text(const std::string& name, const std::string& auth_url, const std::string& region,
                         const std::string& ca_file, const std::string& credential_id,
                         const std::string& credential_secret) {
  openstack::CloudsEntry entry;
  entry.name = name;
  entry.auth_url = auth_url;
  entry.region = region;
  entry.ca_file = ca_file;
  entry.application_credential_id = credential_id;
  entry.application_credential_secret = Secret(credential_secret);
  return openstack::clouds_yaml(entry);
}

}  // namespace

terraform::Function clouds_yaml_function() {
  return terraform::function("clouds_yaml", &text,
                             {"name", "auth_url", "region", "ca_file", "application_credential_id",
                              "application_credential_secret"})
      .doc("The text of a clouds.yaml with one cloud that logs in with an application credential.")
      .parameter("name", "What the cloud is called in it (`OS_CLOUD`).")
      .parameter("auth_url", "URL of Keystone, as in `microstack_cluster.auth_url`.")
      .parameter("region", "Name of the region.")
      .parameter("ca_file", "Path of the authority's certificate; empty for the system's own.")
      .parameter("application_credential_id", "Id of the application credential.")
      .parameter("application_credential_secret", "Its secret.");
}

}  // namespace microstack::provider
