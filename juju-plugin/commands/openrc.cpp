#include <ostream>

#include "engine/cloud/credentials_file.h"
#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

// For a shell, whatever the text holds.
std::string shell_word(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

Status run_openrc(Front& front, const Arguments& arguments) {
  MS_TRY(Cluster * cluster, front.cluster());
  const auto watch = front.watch(std::chrono::minutes(2));
  CredentialsFile file;
  file.cloud = cluster->name();
  file.path = CredentialsFile::default_path(file.cloud);
  file.by = "juju microstack";
  if (!file.is_there()) {
    MS_TRY(file.authority, cluster->authority(watch));
    MS_TRY(openstack::Session * admin, cluster->admin(watch));
    MS_CHECK(ensure_credentials_file(file, *admin, front.stop));
  }
  if (arguments.has("--path")) {
    front.out << file.path << "\n";
    return {};
  }
  front.out << "export OS_CLIENT_CONFIG_FILE=" << shell_word(file.path) << "\n"
            << "export OS_CLOUD=" << shell_word(file.cloud) << "\n";
  return {};
}

}  // namespace

Verb openrc_verb() {
  return {"openrc",
          "Print what a shell needs for the openstack client: source <(juju microstack openrc)",
          "The credentials are an application credential of the administrator in a clouds.yaml (mode 0600), "
          "which "
          "Terraform's provider writes to the same place; none of them is printed.",
          {{Parameter::Kind::flag, "--path", "print the path of the clouds.yaml instead"}},
          run_openrc};
}

}  // namespace microstack::plugin
