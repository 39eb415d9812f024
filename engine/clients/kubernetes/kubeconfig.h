// Kubeconfig files: which API server, whom to believe, and who is calling.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/secret.h"

namespace microstack::kubernetes {

// A program that gives credentials (users[].user.exec).
struct ExecPlugin {
  std::string api_version;
  std::vector<std::string> argv;
  std::map<std::string, std::string> environment;
  std::string install_hint;
  bool wants_cluster = false;
};

// One context, with everything that its files name read in, so that it can be used on another host as well.
struct Access {
  std::string source;                  // the kubeconfig, for messages
  std::string context, cluster, user;  // their names in it
  std::string server;                  // https://host:port, perhaps with a path; no slash at its end
  std::string server_name;  // what the certificate is checked against, where not the host of `server`
  std::string ca_pem;       // empty: the system's authorities
  bool verify = true;
  std::string proxy;
  std::string namespace_name = "default";

  // Who is calling: any of these; a token goes before a certificate where the server takes both.
  std::string certificate_pem;
  Secret key_pem;
  Secret token;
  std::string token_file;  // read again for each call: it is rotated
  std::optional<ExecPlugin> exec;
};

// One kubeconfig's text. `file` is for messages, and paths in it are relative to its folder. `context` empty:
// the current one. Errors (ask): what is missing or wrong, with file:line and the contexts there are.
Result<Access> parse_kubeconfig(const std::string& text, const std::string& file,
                                const std::string& context = {});

// `paths`: a file, or several separated by colons as in $KUBECONFIG, where the first that names a thing counts.
// Empty: $KUBECONFIG, else ~/.kube/config.
Result<Access> read_kubeconfig(const std::string& paths = {}, const std::string& context = {});

// A kubeconfig of this access alone, with everything inline. It holds secrets: 0600.
Secret to_kubeconfig(const Access& access);

}  // namespace microstack::kubernetes
