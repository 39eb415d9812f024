#include "engine/clients/kubernetes/kubeconfig.h"

#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "engine/base/file.h"
#include "engine/base/hash.h"
#include "engine/base/json.h"
#include "engine/base/yaml.h"

namespace microstack::kubernetes {
namespace {

std::string text_of(const Json& map, const char* key) {
  const auto found = map.find(key);
  return found != map.end() && found->is_string() ? found->get<std::string>() : "";
}

// A thing of a list of {name, KIND: {...}} with the place it stands at.
struct Named {
  Json value;
  const Document* document = nullptr;
  std::string path;

  std::string where(const std::string& key = {}) const {
    return document->where(key.empty() ? path : join_path(path, key));
  }
};

// Several files read as one: of each name the first counts.
class Merged {
 public:
  explicit Merged(std::vector<Document> documents) : documents_(std::move(documents)) {}

  std::string current() const {
    for (const auto& document : documents_) {
      if (auto name = text_of(document.value, "current-context"); !name.empty()) return name;
    }
    return {};
  }

  Result<Named> find(const char* list, const char* kind, const std::string& name) const {
    std::string there;
    for (const auto& document : documents_) {
      const auto entries = document.value.find(list);
      if (entries == document.value.end() || !entries->is_array()) continue;
      for (std::size_t i = 0; i < entries->size(); ++i) {
        const auto& entry = (*entries)[i];
        if (!entry.is_object()) continue;
        if (text_of(entry, "name") != name) {
          there += (there.empty() ? "" : ", ") + text_of(entry, "name");
          continue;
        }
        const auto value = entry.find(kind);
        return Named{value != entry.end() && value->is_object() ? *value : Json::object(), &document,
                     join_path(join_path(list, i), kind)};
      }
    }
    return ask(
        std::string("the kubeconfig has no ") + kind + " \"" + name + "\"", source(),
        there.empty()
            ? std::string(
                  "it has none at all; get a kubeconfig of the cluster, on MicroK8s by microk8s config")
            : "those there are: " + there);
  }

  std::string source() const {
    std::string text;
    for (const auto& document : documents_) text += (text.empty() ? "" : ":") + document.file;
    return text;
  }

 private:
  std::vector<Document> documents_;
};

std::string beside(const std::string& kubeconfig, const std::string& path) {
  return (std::filesystem::path(kubeconfig).parent_path() / path).lexically_normal().string();
}

// KEY-data (Base64) or the file that KEY names; empty where there is neither.
Result<std::string> inline_or_file(const Named& thing, const char* key) {
  const std::string data_key = std::string(key) + "-data";
  if (const auto data = text_of(thing.value, data_key.c_str()); !data.empty()) {
    auto bytes = from_base64(data);
    if (!bytes)
      return ask(data_key + " is not Base64", thing.where(data_key), "copy the kubeconfig again, whole");
    return std::move(*bytes);
  }
  const auto path = text_of(thing.value, key);
  if (path.empty()) return std::string();
  const auto full = beside(thing.document->file, path);
  MS_TRY(auto bytes, read_file(full));
  if (!bytes)
    return ask(std::string(key) + " names a file that is not there: " + full, thing.where(key),
               "a kubeconfig with everything in it is written by kubectl config view --raw --flatten");
  return std::move(*bytes);
}

Result<ExecPlugin> read_exec(const Named& user) {
  const Json& exec = user.value["exec"];
  ExecPlugin plugin;
  plugin.api_version = text_of(exec, "apiVersion");
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1")
    return ask(
        "exec has the apiVersion \"" + plugin.api_version + "\"", user.where("exec"),
        "client.authentication.k8s.io/v1 and v1beta1 are known; write the kubeconfig anew with its tool");
  auto command = text_of(exec, "command");
  if (command.empty()) return ask("exec names no command", user.where("exec"));
  // A path with a slash is relative to the file, a bare name is looked up in PATH.
  if (command.find('/') != command.npos) command = beside(user.document->file, command);
  plugin.argv.push_back(std::move(command));
  if (const auto args = exec.find("args"); args != exec.end() && args->is_array()) {
    for (const auto& argument : *args)
      plugin.argv.push_back(argument.is_string() ? argument.get<std::string>() : argument.dump());
  }
  if (const auto variables = exec.find("env"); variables != exec.end() && variables->is_array()) {
    for (const auto& variable : *variables) {
      if (variable.is_object()) plugin.environment[text_of(variable, "name")] = text_of(variable, "value");
    }
  }
  plugin.install_hint = text_of(exec, "installHint");
  plugin.wants_cluster = exec.value("provideClusterInfo", Json(false)) == Json(true);
  return plugin;
}

Result<Access> resolve(const Merged& merged, std::string context_name) {
  Access access;
  access.source = merged.source();
  if (context_name.empty()) context_name = merged.current();
  if (context_name.empty())
    return ask("the kubeconfig has no current context", access.source,
               "name a context, or set one with kubectl config use-context");
  access.context = context_name;
  MS_TRY(const Named context, merged.find("contexts", "context", context_name));
  access.cluster = text_of(context.value, "cluster");
  access.user = text_of(context.value, "user");
  if (auto name = text_of(context.value, "namespace"); !name.empty()) access.namespace_name = name;

  MS_TRY(const Named cluster, merged.find("clusters", "cluster", access.cluster));
  access.server = text_of(cluster.value, "server");
  while (access.server.ends_with('/')) access.server.pop_back();
  if (!access.server.starts_with("https://") && !access.server.starts_with("http://"))
    return ask("server is no URL: \"" + access.server + "\"", cluster.where("server"),
               "give https://HOST:PORT");
  access.server_name = text_of(cluster.value, "tls-server-name");
  access.verify = cluster.value.value("insecure-skip-tls-verify", Json(false)) != Json(true);
  access.proxy = text_of(cluster.value, "proxy-url");
  MS_TRY(access.ca_pem, inline_or_file(cluster, "certificate-authority"));

  if (access.user.empty()) return access;  // anonymous
  MS_TRY(const Named user, merged.find("users", "user", access.user));
  MS_TRY(access.certificate_pem, inline_or_file(user, "client-certificate"));
  MS_TRY(auto key, inline_or_file(user, "client-key"));
  access.key_pem = Secret(std::move(key));
  if (access.certificate_pem.empty() != access.key_pem.empty())
    return ask("client-certificate and client-key go together, and one of them is missing", user.where());
  access.token = Secret(text_of(user.value, "token"));
  if (auto file = text_of(user.value, "tokenFile"); !file.empty() && access.token.empty())
    access.token_file = beside(user.document->file, file);
  if (user.value.contains("exec") && user.value["exec"].is_object()) {
    MS_TRY(access.exec, read_exec(user));
  }
  if (user.value.contains("auth-provider"))
    return ask("auth-provider is no longer a part of Kubernetes", user.where("auth-provider"),
               "write the kubeconfig anew with its cloud's tool, which uses exec");
  return access;
}

Result<Document> read_document(const std::string& text, const std::string& file) {
  MS_TRY(auto document, parse_yaml(text, file));
  if (!document.value.is_object())
    return ask("this is no kubeconfig: no clusters, users and contexts in it", file,
               "get one from the cluster: microk8s config, or kubectl config view --raw --flatten");
  return document;
}

}  // namespace

Result<Access> parse_kubeconfig(const std::string& text, const std::string& file,
                                const std::string& context) {
  MS_TRY(auto document, read_document(text, file));
  return resolve(Merged({std::move(document)}), context);
}

Result<Access> read_kubeconfig(const std::string& paths, const std::string& context) {
  std::string list = paths;
  if (const char* set = std::getenv("KUBECONFIG"); list.empty() && set) list = set;
  if (const char* home = std::getenv("HOME"); list.empty() && home)
    list = std::string(home) + "/.kube/config";
  std::vector<Document> documents;
  std::stringstream each(list);
  for (std::string path; std::getline(each, path, ':');) {
    if (path.empty()) continue;
    MS_TRY(auto text, read_file(path));
    if (!text) continue;  // kubectl, too, passes over files of the list that are not there
    MS_TRY(auto document, read_document(*text, path));
    documents.push_back(std::move(document));
  }
  if (documents.empty())
    return ask("there is no kubeconfig", list,
               "name one, or set KUBECONFIG; on MicroK8s: microk8s config > FILE");
  return resolve(Merged(std::move(documents)), context);
}

Secret to_kubeconfig(const Access& access) {
  Json cluster = {{"server", access.server}};
  if (!access.ca_pem.empty()) cluster["certificate-authority-data"] = to_base64(access.ca_pem);
  if (!access.server_name.empty()) cluster["tls-server-name"] = access.server_name;
  if (!access.verify) cluster["insecure-skip-tls-verify"] = true;
  if (!access.proxy.empty()) cluster["proxy-url"] = access.proxy;
  Json user = Json::object();
  if (!access.certificate_pem.empty()) {
    user["client-certificate-data"] = to_base64(access.certificate_pem);
    user["client-key-data"] =
        to_base64(access.key_pem.reveal());  // a kubeconfig is what its holder logs in with
  }
  if (!access.token.empty()) user["token"] = access.token.reveal();
  if (!access.token_file.empty()) user["tokenFile"] = access.token_file;
  if (access.exec) {
    Json variables = Json::array();
    for (const auto& [name, value] : access.exec->environment)
      variables.push_back({{"name", name}, {"value", value}});
    user["exec"] = {
        {"apiVersion", access.exec->api_version},
        {"command", access.exec->argv.front()},
        {"args", std::vector<std::string>(access.exec->argv.begin() + 1, access.exec->argv.end())},
        {"env", variables},
        {"interactiveMode", "Never"},
        {"provideClusterInfo", access.exec->wants_cluster}};
  }
  const Json config = {
      {"apiVersion", "v1"},
      {"kind", "Config"},
      {"clusters", {{{"name", access.cluster}, {"cluster", cluster}}}},
      {"users", {{{"name", access.user}, {"user", user}}}},
      {"contexts",
       {{{"name", access.context},
         {"context",
          {{"cluster", access.cluster}, {"user", access.user}, {"namespace", access.namespace_name}}}}}},
      {"current-context", access.context}};
  return Secret(to_yaml(config));
}

}  // namespace microstack::kubernetes
