#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <ostream>

#include "engine/clients/juju/client_store.h"
#include "engine/host/local_host.h"
#include "engine/host/ssh_host.h"
#include "engine/plan/executor.h"
#include "engine/substrate/microk8s/ground.h"
#include "juju-plugin/front.h"
#include "juju-plugin/verb.h"

namespace microstack::plugin {
namespace {

// `juju` is run as this person runs it: same account, same files.
Result<JujuProgram> juju_of_this_person() {
  JujuProgram juju;
  if (::geteuid() != 0)
    if (const auto* entry = ::getpwuid(::geteuid())) juju.user = entry->pw_name;
  for (const char* variable : {"HOME", "PATH", "SSH_AUTH_SOCK", "http_proxy", "https_proxy", "no_proxy"})
    if (const char* value = std::getenv(variable)) juju.environment[variable] = value;
  MS_TRY(const auto store, juju::ClientStore::from_environment());
  juju.environment["JUJU_DATA"] = store.directory();
  return juju;
}

Result<std::unique_ptr<Host>> node_of(const Arguments& arguments) {
  const auto name = arguments.text("NODE");
  if (name == "localhost") return std::unique_ptr<Host>(std::make_unique<LocalHost>());
  SshTarget target;
  const auto at = name.find('@');
  if (at != std::string::npos) target.user = name.substr(0, at);
  target.host = at == std::string::npos ? name : name.substr(at + 1);
  MS_TRY(target.port, arguments.number("--port", target.port));
  target.host_key = arguments.text("--host-key");
  target.key_file = arguments.text("--private-key");
  if (target.host_key.empty())
    return ask("nobody says which host key " + target.host + " has", target.host,
               "look it up on the machine itself (cat /etc/ssh/ssh_host_ed25519_key.pub) and give it with "
               "--host-key",
               {"--host-key"});
  MS_TRY(auto host, SshHost::open(std::move(target)));
  return std::unique_ptr<Host>(std::move(host));
}

Result<microk8s::GroundWish> wish_of_arguments(const Arguments& arguments) {
  microk8s::GroundWish wish;
  wish.channel = arguments.text("--channel", wish.channel);
  wish.load_balancer_range = arguments.text("--load-balancer");
  wish.cloud = arguments.text("--cloud", wish.cloud);
  wish.controller = arguments.text("NAME", wish.controller);
  for (const auto& addon : arguments.all("--addon")) wish.addons.push_back(addon);
  for (const auto& word : arguments.all("--config")) {
    const auto equals = word.find('=');
    if (equals == std::string::npos || equals == 0)
      return ask("\"" + word + "\" is no KEY=VALUE", {}, {}, {"--config"});
    wish.controller_config[word.substr(0, equals)] = word.substr(equals + 1);
  }
  if (const auto proxy = arguments.text("--proxy"); !proxy.empty())
    wish.node_environment = {{"http_proxy", proxy}, {"https_proxy", proxy}};
  // On this very machine programs are found as this person finds them: /snap/bin is on no other path.
  if (const char* path = std::getenv("PATH"); path && arguments.text("NODE") == "localhost")
    wish.node_environment["PATH"] = path;
  else
    wish.node_environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";
  return wish;
}

Status run_bootstrap(Front& front, const Arguments& arguments) {
  MS_TRY(const auto wish, wish_of_arguments(arguments));
  MS_TRY(const auto juju, juju_of_this_person());
  MS_TRY(const auto node, node_of(arguments));
  LocalHost client;
  MS_TRY(const auto plan, microk8s::ground_plan(wish, juju, *node, client));
  if (arguments.has("--dry-run")) {
    front.out << plan.text();
    return {};
  }
  const auto watch = front.watch(std::chrono::minutes(90));
  RunOptions options;
  options.events = watch.event;
  options.stop = watch.stop;
  auto outcome = execute(plan, options);
  if (outcome.error) return std::move(*outcome.error);
  front.tell("Controller " + wish.controller + " runs in the Kubernetes of " + node->name() +
             ". Next: juju microstack deploy -c " + wish.controller);
  return {};
}

}  // namespace

Verb bootstrap_verb() {
  using Kind = Parameter::Kind;
  return {"bootstrap",
          "Where there is neither Kubernetes nor controller: MicroK8s on a node, and a Juju controller in it",
          "Installs the snap and its add-ons over SSH, makes it known to juju, and runs juju bootstrap onto "
          "it. Run again "
          "it goes on where it ended.",
          {{Kind::word, "NODE", "[USER@]HOST, or localhost", true},
           {Kind::word, "NAME", "of the controller; microstack when not given"},
           {Kind::option, "--load-balancer",
            "FIRST-LAST: free addresses of the node's network, for the controller and the cloud's API", true},
           {Kind::option, "--host-key", "public host key of the node: ssh-ed25519 AAAA..."},
           {Kind::option, "--private-key", "key to log in with; ssh's own when not given", false, {}, "file"},
           {Kind::option, "--port", "of SSH; 22 when not given"},
           {Kind::option, "--channel", "of the snap microk8s; 1.32/stable when not given"},
           {Kind::many, "--addon", "beside dns, hostpath-storage, rbac and metallb; may be repeated"},
           {Kind::option, "--cloud", "name juju is to know the Kubernetes by; microk8s-cloud when not given"},
           {Kind::many, "--config", "KEY=VALUE of the controller; may be repeated"},
           {Kind::option, "--proxy", "for snap and MicroK8s"},
           {Kind::flag, "--dry-run", "only print the plan"}},
          run_bootstrap};
}

}  // namespace microstack::plugin
