#include "engine/clients/kubernetes/credentials.h"

#include <cstdlib>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/host/process.h"

extern char** environ;

namespace microstack::kubernetes {
namespace {

constexpr std::chrono::seconds plugin_limit{60};  // a plug-in may log in over a network, never ask a person
constexpr std::chrono::seconds before_end{10};    // renewed so early that a call under way still counts

std::string trimmed(std::string text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.pop_back();
  return text;
}

std::string text_of(const Json& map, const char* key) {
  const auto found = map.find(key);
  return found != map.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

Result<Credentials> CredentialSource::get(const Credentials* refused, std::stop_token stop) {
  std::lock_guard lock(mutex_);
  if (access_.exec) {
    const bool stale = end_ && std::chrono::system_clock::now() >= *end_ - before_end;
    if (!given_ || stale || (refused && *refused == *given_)) {
      MS_TRY(given_, run(*access_.exec, stop));
    }
    return *given_;
  }
  Credentials credentials{access_.token, access_.certificate_pem, access_.key_pem};
  if (!access_.token_file.empty()) {
    MS_TRY(auto text, read_file(access_.token_file));
    if (!text) return ask("the file with the token is not there", access_.token_file);
    credentials.token = Secret(trimmed(std::move(*text)));
  }
  return credentials;
}

Result<Credentials> CredentialSource::run(const ExecPlugin& plugin, std::stop_token stop) {
  Json info = {
      {"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", {{"interactive", false}}}};
  if (plugin.wants_cluster) {
    info["spec"]["cluster"] = {{"server", access_.server}};
    if (!access_.ca_pem.empty())
      info["spec"]["cluster"]["certificate-authority-data"] = to_base64(access_.ca_pem);
  }
  Process process;
  process.argv = plugin.argv;
  for (char** variable = environ; *variable; ++variable) {
    const std::string text = *variable;
    const auto name = text.substr(0, text.find('='));
    if (!plugin.environment.contains(name) && name != "KUBERNETES_EXEC_INFO")
      process.environment.push_back(text);
  }
  for (const auto& [name, value] : plugin.environment) process.environment.push_back(name + "=" + value);
  process.environment.push_back("KUBERNETES_EXEC_INFO=" + info.dump());
  process.limit = plugin_limit;

  const std::string& name = plugin.argv.front();
  MS_TRY(const auto result, run_process(process, stop));
  if (result.exit_code == 127)
    return ask("the kubeconfig's credentials come from the program " + name + ", which is not there",
               access_.source,
               plugin.install_hint.empty() ? "install it, or use a kubeconfig with a certificate or a token"
                                           : trimmed(plugin.install_hint));
  if (!result.ok())
    return ask("the kubeconfig's program " + name + " ended with " + std::to_string(result.exit_code) + ": " +
                   trimmed(result.err),
               access_.source, "run it by hand: it may want a login");
  const auto answer = Json::parse(result.out, nullptr, false);
  if (!answer.is_object() || text_of(answer, "kind") != "ExecCredential" || !answer.contains("status") ||
      !answer["status"].is_object())
    return ask("the kubeconfig's program " + name + " did not answer an ExecCredential with a status",
               access_.source, "run it by hand and see what it writes");
  const auto& status = answer["status"];
  Credentials credentials{Secret(text_of(status, "token")), text_of(status, "clientCertificateData"),
                          Secret(text_of(status, "clientKeyData"))};
  if (credentials.token.empty() && credentials.certificate_pem.empty())
    return ask("the kubeconfig's program " + name + " gave neither a token nor a certificate",
               access_.source);
  end_ = parse_time(text_of(status, "expirationTimestamp"));
  return credentials;
}

}  // namespace microstack::kubernetes
