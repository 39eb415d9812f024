#include "engine/cloud/credentials_file.h"

#include <unistd.h>

#include <cstdlib>

#include "engine/base/file.h"
#include "engine/clients/openstack/clouds_yaml.h"
#include "engine/clients/openstack/identity.h"

namespace microstack {

std::string CredentialsFile::default_path(const std::string& cloud) {
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "/root") + "/.config/microstack/" + cloud + "/clouds.yaml";
}

std::string CredentialsFile::ca_path() const {
  return path.substr(0, path.rfind('/') + 1) + cloud + "-ca.pem";
}

bool CredentialsFile::is_there() const {
  const auto text = read_file(path);
  return text && *text;
}

Status ensure_credentials_file(const CredentialsFile& file, openstack::Session& admin, std::stop_token stop) {
  if (file.is_there()) return {};
  const char* host = std::getenv("HOSTNAME");
  openstack::ApplicationCredentialWish wish;
  wish.name = file.by + " " + (host ? std::string(host) + " " : "") + file.path;
  wish.description = "clouds.yaml written by " + file.by + "; revoke it by removing this credential";
  MS_TRY(const auto there, openstack::application_credentials(admin, stop));
  for (const auto& one : there)
    if (one.name == wish.name) MS_CHECK(openstack::revoke_application_credential(admin, one.id, stop));
  MS_TRY(const auto credential, openstack::create_application_credential(admin, wish, stop));
  openstack::CloudsEntry entry;
  entry.name = file.cloud;
  entry.auth_url = admin.access().auth_url;
  entry.region = admin.access().region;
  entry.ca_file = file.ca_path();
  entry.application_credential_id = credential.id;
  entry.application_credential_secret = credential.secret;
  MS_CHECK(write_file(file.ca_path(), file.authority, 0644, 0700));
  return write_file(file.path, openstack::clouds_yaml(entry), 0600, 0700);
}

Status remove_credentials_file(const CredentialsFile& file) {
  MS_CHECK(remove_file(file.path));
  MS_CHECK(remove_file(file.ca_path()));
  if (file.path != CredentialsFile::default_path(file.cloud)) return {};
  // ~/.config/microstack/NAME and above, where nothing is in them. By rmdir: a link to a folder stays.
  auto folder = file.path.substr(0, file.path.rfind('/'));
  for (int up = 0; up < 3 && ::rmdir(folder.c_str()) == 0; ++up) folder.resize(folder.rfind('/'));
  return {};
}

}  // namespace microstack
