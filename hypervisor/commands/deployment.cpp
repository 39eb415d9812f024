#include "engine/catalogue/deployment.h"

#include "engine/base/yaml.h"
#include "hypervisor/commands/command.h"

namespace microstack {

namespace {

std::string path(const Front& front) {
  return front.places.state + "/deployment.json";
}

void print(const Front& front, const Json& json) {
  front.print(front.json() ? json.dump() + "\n" : to_yaml(json));
}

Status show(Front& front) {
  MS_TRY(const auto deployment, DeploymentFile(path(front)).read());
  if (!deployment) return ask("there is no deployment on this node", path(front), "look on a control node");
  print(front, to_json(*deployment));
  return {};
}

Status edit(Front& front, std::int64_t if_match) {
  MS_TRY(const auto text, front.read_all());
  MS_TRY(const auto patch, parse_json(text, "stdin"));
  MS_TRY(const auto deployment, DeploymentFile(path(front)).patch(if_match, patch.value));
  print(front, to_json(deployment));
  return {};
}

void end(Front& front, const Status& status) {
  if (!status) front.fail(status.error(), exit_of(status.error()));
}

}  // namespace

void add_deployment(CLI::App& program, Front& front) {
  auto* verb = program.add_subcommand("deployment", "what the cloud is to be, as its control nodes know it");
  verb->require_subcommand(1);
  verb->add_subcommand("show", "print it")->callback([&front] { end(front, show(front)); });
  auto* change = verb->add_subcommand(
      "edit", "change it by an RFC 7386 merge patch on stdin; 6 when the revision is another");
  auto if_match = std::make_shared<std::int64_t>(-1);
  change->add_option("--if-match", *if_match, "the revision the change is based on; 0: there is none yet")
      ->required();
  change->callback([&front, if_match] { end(front, edit(front, *if_match)); });
}

}  // namespace microstack
