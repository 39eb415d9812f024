#include "engine/clients/juju/access.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace microstack::juju {

namespace {

std::string environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value ? value : "";
}

}  // namespace

std::string Access::text() const {
  return "user " + user + " of controller " + controller;
}

Result<Access> access_from_environment(const std::string& prefix) {
  Access access;
  std::stringstream addresses(environment(prefix + "_ADDRESSES"));
  for (std::string address; std::getline(addresses, address, ',');) access.addresses.push_back(address);
  if (access.addresses.empty())
    return ask(prefix + "_ADDRESSES is not set", {}, "set it to HOST:PORT[,HOST:PORT]");
  access.controller = access.addresses.front();
  if (auto user = environment(prefix + "_USER"); !user.empty()) access.user = user;
  access.password = Secret(environment(prefix + "_PASSWORD"));
  access.ca_pem = environment(prefix + "_CA");
  if (!access.ca_pem.empty() && access.ca_pem.find("-----BEGIN") == std::string::npos) {
    std::ifstream file(access.ca_pem);
    std::stringstream text;
    if (!(text << file.rdbuf()))
      return ask("cannot read the CA certificate", access.ca_pem, "check " + prefix + "_CA");
    access.ca_pem = text.str();
  }
  return access;
}

}  // namespace microstack::juju
