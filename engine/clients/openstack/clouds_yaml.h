// clouds.yaml: what the openstack command line, openstacksdk and Terraform's openstack provider read.
#pragma once

#include <string>

#include "engine/base/secret.h"

namespace microstack::openstack {

struct CloudsEntry {
  std::string name;  // OS_CLOUD
  std::string auth_url;
  std::string region;
  std::string ca_file;  // path; empty: the system's authorities
  std::string application_credential_id;
  Secret application_credential_secret;
};

// The whole file's text. It holds a secret: write it with mode 0600.
std::string clouds_yaml(const CloudsEntry& entry);

}  // namespace microstack::openstack
