#include "engine/clients/openstack/clouds_yaml.h"

#include "engine/base/json.h"

namespace microstack::openstack {
namespace {

// A JSON string is a YAML string, whatever is in it.
std::string quoted(const std::string& text) {
  return Json(text).dump();
}

}  // namespace

std::string clouds_yaml(const CloudsEntry& entry) {
  std::string text = "clouds:\n  " + quoted(entry.name) + ":\n";
  text += "    auth_type: v3applicationcredential\n    auth:\n";
  text += "      auth_url: " + quoted(entry.auth_url) + "\n";
  text += "      application_credential_id: " + quoted(entry.application_credential_id) + "\n";
  text +=
      "      application_credential_secret: " + quoted(entry.application_credential_secret.reveal()) + "\n";
  text += "    region_name: " + quoted(entry.region) + "\n";
  text += "    interface: public\n    identity_api_version: 3\n";
  if (!entry.ca_file.empty()) text += "    cacert: " + quoted(entry.ca_file) + "\n";
  return text;
}

}  // namespace microstack::openstack
