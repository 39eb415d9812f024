#include "engine/steps/microk8s/addon.h"

#include "engine/base/yaml.h"

namespace microstack {

Result<bool> AddonStep::enabled(StepContext& context) {
  Command look;
  look.argv = {"microk8s", "status", "--wait-ready", "--timeout", "300", "--format", "yaml"};
  look.env = fact_.environment;
  look.limit = std::chrono::minutes(6);
  context.waiting("MicroK8s");
  const auto ran = host_.run(look, context.stop);
  context.waiting({});
  if (!ran) return ran.error();
  if (ran->exit_code == 127)
    return ask("MicroK8s is not installed", host_.name(), "snap install microk8s --classic");
  if (!ran->ok())
    return retry("MicroK8s does not get ready: " + ran->out + ran->err, host_.name(),
                 "look with microk8s inspect");
  MS_TRY(const auto status, parse_yaml(ran->out, "microk8s status"));
  for (const auto& addon : status.value.value("addons", Json::array()))
    if (addon.value("name", std::string()) == fact_.name)
      return addon.value("status", std::string()) == "enabled";
  return ask("MicroK8s has no add-on " + fact_.name, host_.name(), "see them: microk8s status");
}

Result<std::string> AddonStep::microk8s(const std::string& verb, const std::string& what,
                                        StepContext& context) {
  Command command;
  command.argv = {"microk8s", verb, what};
  command.env = fact_.environment;
  command.limit = fact_.limit;
  context.waiting("microk8s " + verb + " " + what);
  auto done = run_ok(host_, command, context.stop);
  context.waiting({});
  return done;
}

Result<Truth> AddonStep::check(StepContext& context) {
  MS_TRY(const bool on, enabled(context));
  return on ? Truth::yes() : Truth::no("add-on " + fact_.name + " is not enabled");
}

Status AddonStep::apply(StepContext& context) {
  const auto done =
      microk8s("enable", fact_.argument.empty() ? fact_.name : fact_.name + ":" + fact_.argument, context);
  if (!done) return doing("enabling " + fact_.name, done.error());
  return {};
}

Status AddonStep::undo(StepContext& context) {
  MS_TRY(const bool on, enabled(context));
  if (on) MS_CHECK(microk8s("disable", fact_.name, context));
  return {};
}

}  // namespace microstack
