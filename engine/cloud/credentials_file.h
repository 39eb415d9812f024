// clouds.yaml of a cloud, with an application credential of the administrator and the authority's certificate beside
// it: what `openstack`, openstacksdk and Terraform's openstack provider read.
#pragma once

#include "engine/clients/openstack/session.h"

namespace microstack {

struct CredentialsFile {
  std::string cloud;      // name of the entry: OS_CLOUD
  std::string path;       // of clouds.yaml
  std::string authority;  // PEM; written to ca_path()
  std::string by;         // who writes it, for the credential's name and description

  // ~/.config/microstack/NAME/clouds.yaml
  static std::string default_path(const std::string& cloud);
  std::string ca_path() const;
  bool is_there() const;
};

// Writes both (0600, 0644) where the first is missing, with a new credential; one left of an earlier time is revoked.
Status ensure_credentials_file(const CredentialsFile& file, openstack::Session& admin, std::stop_token stop);
// Both files; the credential ends with the cloud.
Status remove_credentials_file(const CredentialsFile& file);

}  // namespace microstack
