#include "provider/protocol/handshake.h"

#include <sys/random.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "provider/protocol/certificate.h"

namespace microstack::protocol {
namespace {

constexpr std::string_view magic_cookie = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";
constexpr int protocol_version = 6;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

}  // namespace

Result<Handshake> Handshake::from_environment() {
  if (variable("TF_PLUGIN_MAGIC_COOKIE") != magic_cookie)
    return ask("this program is a Terraform provider and is not meant to be run by hand", "",
               "use it from a Terraform configuration, or start it with -debug and attach Terraform to it");
  // PLUGIN_PROTOCOL_VERSIONS is not looked at: we speak one version, and a Terraform that does not offer it
  // can only tell its user so after it has seen ours.
  Handshake handshake = by_hand();
  handshake.client_certificate = variable("PLUGIN_CLIENT_CERT");
  handshake.multiplex = std::getenv("PLUGIN_MULTIPLEX_GRPC") != nullptr;
  return handshake;
}

Handshake Handshake::by_hand() {
  Handshake handshake;
  for (const char* name : {"PLUGIN_UNIX_SOCKET_DIR", "TMPDIR"})
    if (auto folder = variable(name); !folder.empty()) handshake.socket_folders.push_back(folder);
  handshake.socket_group = variable("PLUGIN_UNIX_SOCKET_GROUP");
  return handshake;
}

std::string socket_path(const std::vector<std::string>& folders) {
  uint64_t random = 0;
  if (getrandom(&random, sizeof random, 0) != sizeof random) random = static_cast<uint64_t>(getpid());
  std::string name = fmt::format("plugin{}", random);
  for (const auto& folder : folders) {
    std::string path = folder + "/" + name;
    if (path.size() < sizeof(sockaddr_un::sun_path) && access(folder.c_str(), W_OK | X_OK) == 0) return path;
  }
  return "/tmp/" + name;
}

std::string handshake_line(const Handshake& handshake, const std::string& socket,
                           const std::string& certificate_der) {
  return fmt::format("1|{}|unix|{}|grpc|{}{}\n", protocol_version, socket, base64_raw(certificate_der),
                     handshake.multiplex ? "|false" : "");
}

// Terraform 1.11 panics unless Test is true.
std::string reattach_json(const std::string& provider_address, const std::string& socket) {
  nlohmann::ordered_json provider = {{"Protocol", "grpc"},
                                     {"ProtocolVersion", protocol_version},
                                     {"Pid", getpid()},
                                     {"Test", true},
                                     {"Addr", {{"Network", "unix"}, {"String", socket}}}};
  return nlohmann::ordered_json{{provider_address, provider}}.dump();
}

}  // namespace microstack::protocol
