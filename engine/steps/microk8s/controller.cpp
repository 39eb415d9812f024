#include "engine/steps/microk8s/controller.h"

namespace microstack {
namespace {

Command command_of(const JujuProgram& juju, std::vector<std::string> words) {
  Command command;
  command.argv = std::move(words);
  command.argv.insert(command.argv.begin(), juju.path);
  command.env = juju.environment;
  command.user = juju.user;
  return command;
}

// What `juju LIST --format json` says below `member`; an empty object where it knows none.
Result<Json> known(Host& client, const JujuProgram& juju, std::vector<std::string> words, const char* member,
                   std::stop_token stop) {
  MS_TRY(const auto ran, client.run(command_of(juju, std::move(words)), stop));
  if (ran.exit_code == 127)
    return ask("there is no juju command", client.name(), "install it: snap install juju");
  if (!ran.ok()) {
    if (ran.err.find("No controllers registered") != std::string::npos) return Json::object();
    return retry(juju.path + " does not answer: " + ran.err, client.name());
  }
  const auto said = Json::parse(ran.out, nullptr, false);
  if (said.is_null()) return Json::object();  // as the command line writes an empty list of clouds
  if (!said.is_object()) return give_up(juju.path + " does not answer with JSON: " + ran.out, client.name());
  if (!*member) return said;
  auto part = said.value(member, Json::object());
  return part.is_null() ? Json::object() : part;
}

}  // namespace

Result<Truth> KubernetesCloudStep::check(StepContext& context) {
  MS_TRY(const Json clouds,
         known(client_, juju_, {"clouds", "--client", "--format", "json"}, "", context.stop));
  return clouds.contains(cloud_) ? Truth::yes() : Truth::no("juju does not know a cloud " + cloud_);
}

Status KubernetesCloudStep::apply(StepContext& context) {
  Command look;
  look.argv = {"microk8s", "config"};
  look.env = node_environment_;
  MS_TRY(const auto kubeconfig, run_ok(node_, look, context.stop));
  auto add = command_of(juju_, {"add-k8s", cloud_, "--client"});
  add.stdin_text = kubeconfig;  // it holds the administrator's credentials: in no argument and no file
  add.limit = std::chrono::minutes(5);
  const auto done = run_ok(client_, add, context.stop);
  if (!done) return doing("making the Kubernetes of " + node_.name() + " known to juju", done.error());
  return {};
}

Status KubernetesCloudStep::undo(StepContext& context) {
  MS_TRY(const auto truth, check(context));
  if (!truth.holds) return {};
  MS_CHECK(run_ok(client_, command_of(juju_, {"remove-cloud", cloud_, "--client"}), context.stop));
  return {};
}

Result<Truth> ControllerStep::check(StepContext& context) {
  MS_TRY(const Json controllers,
         known(client_, juju_, {"controllers", "--format", "json"}, "controllers", context.stop));
  const auto found = controllers.find(fact_.name);
  if (found == controllers.end()) return Truth::no("there is no controller " + fact_.name);
  const auto cloud = found->value("cloud", std::string());
  if (cloud != fact_.cloud)
    return ask("controller " + fact_.name + " is there already, on cloud " + cloud, client_.name(),
               "choose another name", {"--controller"});
  return Truth::yes();
}

Status ControllerStep::apply(StepContext& context) {
  std::vector<std::string> words = {"bootstrap", fact_.cloud, fact_.name};
  for (const auto& [key, value] : fact_.config) {
    words.push_back("--config");
    words.push_back(key + "=" + value);
  }
  auto bootstrap = command_of(juju_, std::move(words));
  bootstrap.limit = fact_.limit;
  context.waiting("juju bootstrap");
  const auto done = run_ok(client_, bootstrap, context.stop);
  context.waiting({});
  if (done) return {};
  auto error = doing("bootstrapping controller " + fact_.name, done.error());
  // juju has cleaned up after itself when it says so; what is left is in the controller's own namespace.
  error.fix = "see what is in the way: microk8s kubectl get pods,events -n controller-" + fact_.name +
              "; then run it again";
  return error;
}

Status ControllerStep::undo(StepContext& context) {
  MS_TRY(const Json controllers,
         known(client_, juju_, {"controllers", "--format", "json"}, "controllers", context.stop));
  if (!controllers.contains(fact_.name)) return {};
  auto destroy = command_of(
      juju_, {"destroy-controller", fact_.name, "--no-prompt", "--destroy-all-models", "--destroy-storage"});
  destroy.limit = fact_.limit;
  MS_CHECK(run_ok(client_, destroy, context.stop));
  return {};
}

}  // namespace microstack
